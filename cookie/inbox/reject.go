package inbox

import "github.com/geminid/geminid/cookie"

// rejectNoFile is the verdict on an entry of the inbox that is not a regular file.
func rejectNoFile(name string, kind lookKind) *cookie.Rejection {
	switch kind {
	case leadingOut:
		return cookie.Reject(cookie.CodeNoFile, "is a link that leads to no file of the inbox, and links out of it are not followed. "+
			"Copy the file itself into the inbox.").InFile(name)
	case directory:
		return cookie.Reject(cookie.CodeNoFile, "is a directory, not a file; Docker makes one where a file to be mounted is missing. "+
			"Remove it and put the file itself there; into a container mount the directory of the inbox, not one file.").InFile(name)
	default:
		return cookie.Reject(cookie.CodeNoFile, "is a pipe, a socket or a device, not a file. Put the file itself there.").InFile(name)
	}
}
