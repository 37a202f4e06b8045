package export

import "github.com/geminid/geminid/cookie/sqlite"

// Checkpoint returns a Firefox database with the changes of its -wal file
// written into it, as SQLite does when the last program closes the database. If the
// -wal file cannot be used it changes nothing: db comes back as it is, and
// Parse goes on to warn that newer values may be elsewhere.
//
// Like Parse it does no I/O and is bounded, whatever the files hold.
func Checkpoint(db, wal []byte) []byte {
	if !sqlite.IsDatabase(db) || len(db) > MaxFile || len(wal) > MaxFile {
		return db
	}
	whole, ok := sqlite.ApplyWAL(db, wal, MaxFile)
	if !ok {
		return db
	}
	var found list
	if rejection := parseFirefox(string(whole), &found); rejection != nil || found.full {
		return db // the two were not copied at the same time, or not whole
	}
	return whole
}
