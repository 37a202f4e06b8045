package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// How much garbage may gather between two collections. The runtime's default is
// as much as there is in use. That is too little for a daemon that uses a few
// megabytes, which then collects a dozen times a second under load, and too much
// for one that carries a thousand streams, whose memory it doubles. So there is
// a fixed room, and a share of what is in use where that is more, because a
// collection costs by what is in use.
const (
	garbageRoom  = 8 << 20
	garbageShare = 15  // percent
	garbageMost  = 200 // the runtime's least goal is 4 MiB by this
)

// settled is when a start is over. It needs several times what the daemon then
// uses; what it left is given back to the system once.
const settled = 5 * time.Second

// garbagePercent is the runtime's GOGC that leaves the room when so many bytes
// are in use.
func garbagePercent(inUse uint64) int {
	return int(min(max(garbageRoom*100/max(inUse, 1), garbageShare), garbageMost))
}

// boundGarbage keeps that room from collection to collection until stop is
// called. Where GOGC or GOMEMLIMIT are set it does nothing: the owner decided.
func boundGarbage() (stop func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	g := &garbage{inUse: []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/stack:bytes"}}, percent: 100}
	g.settle = time.AfterFunc(settled, debug.FreeOSMemory)
	g.await()
	return g.stop
}

// garbage sets the percentage anew after each collection that calls for it.
type garbage struct {
	inUse  []metrics.Sample
	settle *time.Timer

	mu      sync.Mutex
	percent int
	stopped bool
}

// await arranges for collected to be called: the runtime tells of the end of a
// collection only by cleaning up after what nobody holds any more.
func (g *garbage) await() {
	runtime.AddCleanup(new([16]*byte), func(g *garbage) { g.collected() }, g)
}

func (g *garbage) collected() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stopped {
		return
	}
	metrics.Read(g.inUse)
	percent := garbagePercent(g.inUse[0].Value.Uint64() + g.inUse[1].Value.Uint64())
	// To set it stops the world for a moment: not for every small difference.
	if drift := percent - g.percent; drift*10 > g.percent || -drift*10 > g.percent {
		debug.SetGCPercent(percent)
		g.percent = percent
	}
	g.await()
}

func (g *garbage) stop() {
	g.settle.Stop()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopped = true
	debug.SetGCPercent(100)
}
