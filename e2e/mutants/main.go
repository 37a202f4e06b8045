// Command mutants changes the source of chosen packages one operator at a time,
// runs the tests of the package on each change, and writes docs/mutants.md: how
// many of the wrong programs the tests noticed, and each one that they did not.
// It ends with exit code 1 if a package is below its goal.
//
// It is run by make mutate from the root of the repository. Packages given as
// arguments are run alone; the rows of the others stay as they are. With -again only
// the survivors of the report are run, which is for those who mend tests.
//
// The changes are those of gremlins, which is asked where they are; the tests are
// run here, with all mutants of a package in one program (switches.go), which takes
// minutes and not hours. Left out are those that are no other program: see
// [source.isMutable], and survivors that no test can kill, which are explained in
// explained.tsv.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
)

// A target is a package with the share of mutants that its tests must kill.
type target struct {
	dir   string
	only  string // regular expression of file names, empty for all
	tests string // regular expression of the tests that are run, empty for all
	goal  int    // percent
}

var targets = []target{
	{dir: "supervisor", goal: 90},
	{dir: "gateway/api", only: `^(turn|guard|address)\.go$`, tests: `Key|Role|Guess|Host|Limit|Turn|Address|Client|Cors|Cross|Control|Keyless|Refus|Queue`, goal: 90},
	{dir: "gateway/auth", goal: 90},
	{dir: "gateway/limit", goal: 90},
	{dir: "gateway/dialect", goal: 80},
	{dir: "gateway/dialect/openai", goal: 80},
	{dir: "gateway/dialect/gemini", goal: 80},
	{dir: "cookie/export", only: `^pick\.go$`, tests: `^Test`, goal: 80},
	{dir: "cookie/store", only: `^(store|load|codec)\.go$`, goal: 80},
	{dir: "upstream/geminiweb/frame", goal: 80},
	{dir: "upstream/geminiweb/text", goal: 80},
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("mutants: ")
	again := flag.Bool("again", false, "run only the mutants that the report lists as survivors, after changes of tests alone")
	flag.Parse()
	chosen := targets
	if flag.NArg() > 0 {
		chosen = slices.DeleteFunc(slices.Clone(targets), func(t target) bool { return !slices.Contains(flag.Args(), t.dir) })
		if len(chosen) != flag.NArg() {
			log.Fatalf("%q: a package here has no row in targets (e2e/mutants/main.go)", flag.Args())
		}
	}
	explained, err := readExplanations("e2e/mutants/explained.tsv")
	if err != nil {
		log.Fatal(err)
	}
	results, err := readReport(reportPath)
	if err != nil {
		log.Fatal(err)
	}
	below := false
	for _, t := range chosen {
		fmt.Printf("== %s\n", t.dir)
		var lived []string
		if *again {
			lived = results[t.dir].survivors
		}
		r, err := runTarget(t, explained, *again, lived)
		if err != nil {
			log.Fatal(err)
		}
		results[t.dir] = r
		fmt.Printf("%d of %d killed (%d %%), goal %d %%\n", r.killed, r.total, r.percent(), t.goal)
		below = below || r.percent() < t.goal
		if err := writeReport(reportPath, results); err != nil {
			log.Fatal(err)
		}
	}
	if below {
		log.Print("a package is below its goal; its survivors are in " + reportPath)
		os.Exit(1)
	}
}
