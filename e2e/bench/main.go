// Command bench measures geminid from outside and prints a table with the
// target beside each figure. Everything is on loopback and in one run: a fast
// stand-in for the upstream over TLS, a load client that notes the arrival of
// every piece, httputil.ReverseProxy as the baseline of what a Go program that
// forwards streams must cost, and geminid itself. The servers take turns on a
// core of their own; client and stand-in share another.
//
// Milliseconds on a shared machine are for orientation. So the subjects take
// turns in rounds, ratios are taken within a round, and the median of the rounds
// is judged. Linux only.
//
//	go run ./bench              all rows, builds ../cmd/geminid
//	go run ./bench -row 3,7     some rows
//	go run ./bench -baseline    direct and rproxy alone
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/geminid/geminid/e2e/bench/child"
)

type options struct {
	rows            []int
	binary, root    string
	baseline, http1 bool
	strict          bool
	limit           time.Duration

	proxyListen, proxyUpstream, proxyTrust string
}

func parse() (options, error) {
	var o options
	var rows string
	flag.StringVar(&rows, "row", "", "rows to measure, separated by commas; empty means all")
	flag.StringVar(&o.binary, "geminid", "", "the binary to measure; empty builds it")
	flag.StringVar(&o.root, "root", "..", "the directory of the module that geminid is built from")
	flag.BoolVar(&o.baseline, "baseline", false, "measure direct and rproxy alone")
	flag.BoolVar(&o.http1, "http1", false, "let geminid speak HTTP/1.1 to the upstream")
	flag.BoolVar(&o.strict, "strict", false, "exit 1 when a target is missed")
	flag.DurationVar(&o.limit, "limit", 12*time.Minute, "give up after this time")
	flag.StringVar(&o.proxyListen, "proxy-listen", "", "internal: serve as the baseline proxy on this address")
	flag.StringVar(&o.proxyUpstream, "proxy-upstream", "", "internal: the baseline proxy's upstream")
	flag.StringVar(&o.proxyTrust, "proxy-trust", "", "internal: the authority that the baseline proxy trusts")
	flag.Parse()
	for field := range strings.SplitSeq(rows, ",") {
		if field == "" {
			continue
		}
		n, err := strconv.Atoi(field)
		if err != nil {
			return o, fmt.Errorf("-row wants numbers separated by commas, not %q", field)
		}
		o.rows = append(o.rows, n)
	}
	return o, nil
}

func main() {
	o, err := parse()
	if err == nil && o.proxyListen != "" {
		err = runProxy(o.proxyListen, o.proxyUpstream, o.proxyTrust)
	} else if err == nil {
		err = measure(o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(o options) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	l, err := openLab(o.binary, o.http1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	if l.root, err = filepath.Abs(o.root); err != nil {
		return err
	}
	if o.binary == "" && !o.baseline {
		progress("building geminid")
		if err := l.build(ctx, o.root); err != nil {
			return err
		}
	}
	debug.SetGCPercent(400) // this process' own collections are noise
	var own int
	if l.core, own, err = child.Split(); err != nil {
		return err
	}
	fmt.Printf("%s, %s/%s, %d cores, servers on core %d, client and upstream on core %d\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), l.core, own)
	return tabulate(ctx, l, o)
}

func tabulate(ctx context.Context, l *lab, o options) error {
	t := &table{out: os.Stdout}
	for _, r := range rows {
		if len(o.rows) > 0 && !slices.Contains(o.rows, r.number) {
			continue
		}
		progress(fmt.Sprintf("row %d: %s", r.number, r.title))
		lines, err := r.run(ctx, l)
		if err != nil {
			return fmt.Errorf("row %d, %s: %w", r.number, r.title, err)
		}
		t.add(r.number, lines)
	}
	fmt.Printf("\n%d targets missed\n", t.fails)
	if t.fails > 0 && o.strict {
		return errors.New("targets were missed")
	}
	return nil
}

func progress(what string) { fmt.Fprintln(os.Stderr, time.Now().Format(time.TimeOnly), what) }
