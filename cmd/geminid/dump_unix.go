//go:build unix

package main

import "syscall"

// forbidDumps keeps the sessions in memory out of core dumps, however they start the
// server. If the system refuses, dumps are as its limits say.
func forbidDumps() { _ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) }
