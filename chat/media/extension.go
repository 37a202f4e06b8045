package media

// fileExtensions maps the types that DetectType returns to file name extensions.
var fileExtensions = []struct{ kind, ending string }{
	{"image/png", ".png"}, {"image/jpeg", ".jpg"}, {"image/webp", ".webp"}, {"image/gif", ".gif"},
	{"image/bmp", ".bmp"}, {"image/heic", ".heic"}, {"image/heif", ".heif"}, {"image/avif", ".avif"},
	{"application/pdf", ".pdf"},
	{"video/mp4", ".mp4"}, {"video/quicktime", ".mov"}, {"video/webm", ".webm"}, {"video/ogg", ".ogv"}, {"video/avi", ".avi"},
	{"audio/mpeg", ".mp3"}, {"audio/mp4", ".m4a"}, {"audio/aac", ".aac"}, {"audio/wav", ".wav"}, {"audio/ogg", ".ogg"},
	{"audio/flac", ".flac"}, {"audio/aiff", ".aiff"},
}

// FileExtension returns the file name extension of a media type, with the dot;
// empty if it is unknown.
func FileExtension(kind string) string {
	for _, e := range fileExtensions {
		if e.kind == kind {
			return e.ending
		}
	}
	return ""
}

// TypeByExtension returns the media type of an extension with the dot; empty if it
// is unknown.
func TypeByExtension(ending string) string {
	for _, e := range fileExtensions {
		if e.ending == ending {
			return e.kind
		}
	}
	return ""
}
