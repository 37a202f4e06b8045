package daemon

import "syscall"

// systemMemory is the memory of the machine in bytes, 0 when it is unknown. The
// call works where the service may not see /proc/meminfo.
func systemMemory() int64 {
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) != nil {
		return 0
	}
	return int64(uint64(info.Totalram) * uint64(info.Unit))
}
