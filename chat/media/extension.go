package media

// fileExtensions are the types that Type tells, with the ending of their files' names.
var fileExtensions = []struct{ kind, ending string }{
	{"image/png", ".png"}, {"image/jpeg", ".jpg"}, {"image/webp", ".webp"}, {"image/gif", ".gif"},
	{"image/bmp", ".bmp"}, {"image/heic", ".heic"}, {"image/heif", ".heif"}, {"image/avif", ".avif"},
	{"application/pdf", ".pdf"},
	{"video/mp4", ".mp4"}, {"video/quicktime", ".mov"}, {"video/webm", ".webm"}, {"video/ogg", ".ogv"}, {"video/avi", ".avi"},
	{"audio/mpeg", ".mp3"}, {"audio/mp4", ".m4a"}, {"audio/aac", ".aac"}, {"audio/wav", ".wav"}, {"audio/ogg", ".ogg"},
	{"audio/flac", ".flac"}, {"audio/aiff", ".aiff"},
}

// FileExtension is how names of files of a type end, with the dot; empty when that is
// not known.
func FileExtension(kind string) string {
	for _, e := range fileExtensions {
		if e.kind == kind {
			return e.ending
		}
	}
	return ""
}

// TypeByExtension is the type of files whose names end so; empty when that is not known.
func TypeByExtension(ending string) string {
	for _, e := range fileExtensions {
		if e.ending == ending {
			return e.kind
		}
	}
	return ""
}
