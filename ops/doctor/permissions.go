package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// requiredAccess is a file or directory with the access it should have.
type requiredAccess struct {
	name, path string
	forbidden  fs.FileMode // bits that others must not have
	dir        bool
	missing    Level // how bad it is that it is not there
	command    string
}

// checkPermissions finds files that others can read, or that cannot be used.
func checkPermissions(_ context.Context, c *Config) []Finding {
	places := []requiredAccess{
		{"state directory", c.StateDir, 0o077, true, Note, "chmod 700"},
		{"key file", c.KeysFile, 0o077, false, Good, "chmod 600"},
		{"inbox", c.InboxDir, 0o007, true, Note, "chmod o-rwx"},
		{"key of the certificate", c.TLSKey, 0o007, false, Good, "chmod o="},
		{"control socket", c.Socket, 0o007, false, Good, "chmod 660"},
	}
	if c.Secrets {
		places = append(places, requiredAccess{"configuration file", c.File, 0o007, false, Good, "chmod 640"})
	}
	var out []Finding
	for _, p := range places {
		if p.path != "" {
			out = append(out, p.checkAccess()...)
		}
	}
	if len(out) == 0 {
		return singleFinding(Good, "files and directories are private", "")
	}
	return out
}

func (p requiredAccess) checkAccess() []Finding {
	info, err := os.Stat(p.path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && p.missing == Good:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return singleFinding(p.missing, fmt.Sprintf("the %s %s does not exist yet", p.name, p.path), "the server makes it when it starts")
	case errors.Is(err, fs.ErrPermission):
		return singleFinding(Note, fmt.Sprintf("the %s cannot be looked at by this user", p.name), "run geminid doctor as root, or with sudo -u geminid")
	case err != nil:
		return singleFinding(Bad, fmt.Sprintf("the %s: %s", p.name, textWithoutPath(err)), "see whether the disk is well")
	case p.dir && !info.IsDir():
		return singleFinding(Bad, fmt.Sprintf("%s is no directory", p.path), "move it away")
	case info.Mode().Perm()&p.forbidden != 0:
		v, _ := volumeOf(p.path) // of an unknown one the usual cure is named
		return singleFinding(Bad, fmt.Sprintf("the %s %s has mode %03o: others on this machine can read or change it", p.name, p.path, info.Mode().Perm()), p.remedyOn(v))
	case p.dir && unix.Access(p.path, unix.W_OK) != nil:
		return singleFinding(Warning, fmt.Sprintf("the %s %s cannot be written by this user", p.name, p.path), "fine when the service runs as somebody else; else: chown it to the user of the service")
	}
	return nil
}

// remedyOn is what makes the file or directory private on its file system.
func (p requiredAccess) remedyOn(v volumeInfo) string {
	if v.modeless == "" {
		return p.command + " " + p.path
	}
	return fmt.Sprintf("%s has no permissions of its own: mount it with umask=077 (CIFS: file_mode=0600,dir_mode=0700) and the uid of the service, or move %s to another disk", v.modeless, p.path)
}

// textWithoutPath is an error without the path, which the text around it names.
func textWithoutPath(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}
