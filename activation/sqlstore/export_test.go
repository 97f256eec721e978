package sqlstore

// LookUp sets how many holders of modules a directory looks up one by one, for
// pages of any size.
func (d *Directory) LookUp(holders int64) { d.few = holders }
