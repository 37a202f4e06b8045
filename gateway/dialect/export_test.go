package dialect

// AppendQuoted is the hot path's string writer.
var AppendQuoted = appendQuoted
