package cookie

import "bytes"

const sqliteMagic = "SQLite format 3\x00"

func isSQLite(data []byte) bool { return bytes.HasPrefix(data, []byte(sqliteMagic)) }
