package store

// DecodeRecord and EncodeRecord are the codec of the account file.
var (
	DecodeRecord = decodeRecord
	EncodeRecord = encodeRecord
)
