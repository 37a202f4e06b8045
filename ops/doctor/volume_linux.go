package doctor

import "golang.org/x/sys/unix"

// eventless are file systems on which another machine's changes make no events.
var eventless = map[int64]string{
	unix.NFS_SUPER_MAGIC: "NFS", unix.SMB_SUPER_MAGIC: "SMB", unix.CIFS_SUPER_MAGIC: "CIFS",
	unix.SMB2_SUPER_MAGIC: "SMB", unix.FUSE_SUPER_MAGIC: "FUSE", unix.V9FS_MAGIC: "9p",
}

// modeless are file systems on which every file has the mode of the mount.
var modeless = map[int64]string{
	unix.MSDOS_SUPER_MAGIC: "FAT", unix.EXFAT_SUPER_MAGIC: "exFAT", 0x7366746e: "NTFS",
	unix.SMB_SUPER_MAGIC: "SMB", unix.CIFS_SUPER_MAGIC: "CIFS", unix.SMB2_SUPER_MAGIC: "SMB",
}

// volumeOf looks at the file system of a path.
func volumeOf(path string) (volumeInfo, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(path, &fs); err != nil {
		return volumeInfo{}, err
	}
	return volumeInfo{
		bytes:    int64(fs.Bavail) * int64(fs.Bsize), //nolint:unconvert // int32 on 32-bit machines
		inodes:   int64(fs.Ffree),
		counts:   fs.Files > 0,
		readOnly: fs.Flags&unix.ST_RDONLY != 0, eventless: eventless[int64(fs.Type)], modeless: modeless[int64(fs.Type)], //nolint:unconvert // int32 on 32-bit machines
	}, nil
}

// tryWatch tries to watch a directory.
func tryWatch(dir string) error {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	_, err = unix.InotifyAddWatch(fd, dir, unix.IN_CLOSE_WRITE)
	return err
}
