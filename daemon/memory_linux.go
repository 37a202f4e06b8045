package daemon

import "syscall"

// systemMemory returns the memory of the machine in bytes, 0 if it is unknown. The
// system call works even if the service may not read /proc/meminfo.
func systemMemory() int64 {
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) != nil {
		return 0
	}
	return int64(uint64(info.Totalram) * uint64(info.Unit)) //nolint:unconvert // narrower on 32 bits
}
