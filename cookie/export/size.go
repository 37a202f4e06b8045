package export

import "github.com/geminid/geminid/cookie"

// RejectTooBig is the verdict on a file over MaxFile, for callers that stop
// reading there.
func RejectTooBig(name string) *cookie.Rejection {
	return cookie.Reject(cookie.CodeTooBig, "is larger than %d MiB; a cookie export has a few KiB. "+
		"Export the cookies of google.com only.", MaxFile>>20).InFile(name)
}

func emptyFile(size int) *cookie.Rejection {
	return cookie.Reject(cookie.CodeEmpty, "is empty (%d bytes). Nothing was changed; the previous cookies stay in use.", size)
}
