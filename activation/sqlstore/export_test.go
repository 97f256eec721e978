package sqlstore

// LookUp sets how many holders of modules a directory looks up one by one, for
// pages of any size.
func (d *Directory) LookUp(holders int64) { d.few = holders }

// Candidates says up to how many people a search index is used for.
func (d *Directory) Candidates(most int) { d.most = most }

// MaxGathered is how many rows a store gathers before it writes them.
const MaxGathered = maxGathered

// WithGathering lets a store write after fewer rows.
func WithGathering(rows int) Option {
	return func(s *settings) error {
		s.gathering = rows
		return nil
	}
}
