package memstore

// Spoil lets the census of a tenant count one more of each combination.
func (s *Store) Spoil(id string) {
	t := s.tenant(id)
	next := *t.state.Load()
	for key, c := range next.population.census.all() {
		c.Count++
		next.population.census = next.population.census.with(key, c)
	}
	t.state.Store(&next)
}
