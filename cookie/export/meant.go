package export

import (
	"bytes"

	"github.com/geminid/geminid/cookie"
)

// IsMeant reports whether a file that was refused was meant as an export of a Google
// session. Most files of a directory of downloads are not.
func IsMeant(rejection *cookie.Rejection, data []byte) bool {
	switch rejection.Code {
	case cookie.CodeEmpty, cookie.CodeBinary, cookie.CodeHTML, cookie.CodeNotReadable, cookie.CodeNoFile:
		return false
	case cookie.CodeMalformed, cookie.CodeTruncated, cookie.CodeTooBig, cookie.CodeEncrypted, cookie.CodeWrongDomain:
		return bytes.Contains(data, []byte("1PSID"))
	default:
		return true
	}
}
