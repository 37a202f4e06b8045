package cookie

// RejectTooBig is the verdict on a file over MaxFile, for callers that stop
// reading there.
func RejectTooBig(name string) *Rejection {
	return reject(CodeTooBig, "is larger than %d MiB; a cookie export has a few KiB. "+
		"Export the cookies of google.com only.", MaxFile>>20).in(name)
}

func emptyFile(size int) *Rejection {
	return reject(CodeEmpty, "is empty (%d bytes). Nothing was changed; the previous cookies stay in use.", size)
}
