package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/geminid/geminid/daemon"
)

// How much garbage may gather between two collections: until the memory in use and
// the garbage are heapFloor together, at least a fixed room, and a share of the memory
// in use if that is more, because a collection costs by the memory in use. The
// runtime's default is as much as there is in use: too little for a daemon that uses
// a few megabytes, which then collects a dozen times a second under load and empties
// the pools of buffers each time, and too much for one that carries a thousand
// streams, whose memory it doubles.
// docs/decisions/0021-the-collector-is-steered.md has the measurements.
const (
	heapFloor    = 24 << 20
	garbageRoom  = 8 << 20
	garbageShare = 15  // percent
	garbageMost  = 600 // by which the runtime's own least goal is heapFloor too
)

// startTime is how long a start takes at most. It needs several times the memory of
// the running daemon; then the rest is returned to the system, and again each time that
// quietTime went by without a collection, since the runtime itself keeps what a burst
// of requests needed.
const (
	startTime = 5 * time.Second
	quietTime = 30 * time.Second
)

// garbagePercent returns the GOGC that leaves the room if inUse bytes are in use.
func garbagePercent(inUse uint64) int {
	room := max(heapFloor-min(inUse, heapFloor), garbageRoom)
	return int(min(max(room*100/max(inUse, 1), garbageShare), garbageMost))
}

// boundMemory gives the runtime a limit of memory, below that of the machine or the
// control group, until stop is called. Near it the runtime collects garbage more often
// and returns free memory to the system at once, instead of in its own time. If
// GOMEMLIMIT is set it does nothing: the owner decided.
func boundMemory() (stop func()) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	before := debug.SetMemoryLimit(daemon.MemoryLimit())
	return func() { debug.SetMemoryLimit(before) }
}

// boundGarbage keeps that room from collection to collection until stop is
// called. If GOGC or GOMEMLIMIT is set it does nothing: the owner decided.
func boundGarbage() (stop func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	g := &garbage{inUse: []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/stack:bytes"}}, percent: 100, quiet: quietTime}
	g.settle = time.AfterFunc(startTime, func() {
		g.returnMemory()
		releaseCode()
	})
	g.awaitCollection()
	return g.stopSteering
}

// garbage sets the percentage anew after each collection that calls for it.
type garbage struct {
	inUse  []metrics.Sample
	settle *time.Timer // at the end of the start
	quiet  time.Duration

	mu        sync.Mutex
	percent   int
	burst     *time.Timer // at the end of a burst, nil before the first one
	returning bool        // the next collection is that of returnMemory
	stopped   bool
}

// returnMemory collects garbage and returns all free memory to the system.
func (g *garbage) returnMemory() {
	g.mu.Lock()
	g.returning = true
	g.mu.Unlock()
	debug.FreeOSMemory()
}

// awaitQuiet arranges for the memory to be returned, unless another collection comes
// before the quiet time is over. The caller holds the lock.
func (g *garbage) awaitQuiet() {
	switch {
	case g.returning:
		g.returning = false
	case g.burst == nil:
		g.burst = time.AfterFunc(g.quiet, g.returnMemory)
	default:
		g.burst.Reset(g.quiet)
	}
}

// awaitCollection arranges for [garbage.adjustPercent] to be called: the runtime
// announces the end of a collection only by running cleanups of unreachable objects.
func (g *garbage) awaitCollection() {
	runtime.AddCleanup(new([16]*byte), func(g *garbage) { g.adjustPercent() }, g)
}

// adjustPercent sets the percentage that fits the memory in use.
func (g *garbage) adjustPercent() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stopped {
		return
	}
	g.awaitQuiet()
	metrics.Read(g.inUse)
	percent := garbagePercent(g.inUse[0].Value.Uint64() + g.inUse[1].Value.Uint64())
	// To set it stops the world for a moment: not for every small difference.
	if drift := percent - g.percent; drift*10 > g.percent || -drift*10 > g.percent {
		debug.SetGCPercent(percent)
		g.percent = percent
	}
	g.awaitCollection()
}

// stopSteering restores the runtime's default.
func (g *garbage) stopSteering() {
	g.settle.Stop()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopped = true
	if g.burst != nil {
		g.burst.Stop()
	}
	debug.SetGCPercent(100)
}
