package store

// DecodeRecord and EncodeRecord are the codec of the account file.
var (
	DecodeRecord = decodeRecord
	EncodeRecord = encodeRecord
	// PrivacyRemedy is what helps where a directory cannot be made private.
	PrivacyRemedy = privacyRemedy
)
