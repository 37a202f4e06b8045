package main

import (
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program prints one word a line; the comment of a line holds its mutants: the kind,
// the operator, and the word that the mutant prints in place of the original.
const program = `package main

import (
	"fmt"
	"time"
)

type days uint8

func main() {
	a, b, c := 1, 2, 3
	fmt.Println(a == 1) // CONDITIONALS_NEGATION == false
	fmt.Println(a < b-1) // CONDITIONALS_BOUNDARY < true; ARITHMETIC_BASE - true
	fmt.Println(a > b && b < c || c < a) // INVERT_LOGICAL && true
	fmt.Println(a < b && b < c || c < a) // INVERT_LOGICAL || false
	fmt.Println(a - b - c) // ARITHMETIC_BASE - 2
	fmt.Println(-b) // INVERT_NEGATIVES - 2
	fmt.Println(2*time.Second + time.Duration(a)) // ARITHMETIC_BASE + 1.999999999s
	var d days = 7
	d++ // INCREMENT_DECREMENT ++ 6
	fmt.Println(d)
	for i := 0; i < c && func() bool { return i != 1 }(); i++ { // CONDITIONALS_NEGATION != nothing
		fmt.Println("loop", i)
	}
	switch {
	case a > 2: // CONDITIONALS_NEGATION > big
		fmt.Println("big")
	default:
		fmt.Println("small")
	}
}
`

// TestSwitches: the program with switches prints the same as without, and each mutant
// changes what it should change and nothing else.
func TestSwitches(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module program\n\ngo 1.26\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	p, err := parsePackage(".")
	if err != nil {
		t.Fatal(err)
	}
	variants, want := map[[2]int][]variant{}, []string{""}
	for i, line := range strings.Split(program, "\n") {
		code, comment, ok := strings.Cut(line, " // ")
		if !ok || i < 9 {
			continue
		}
		for spec := range strings.SplitSeq(comment, "; ") {
			f := strings.Fields(spec)
			at := [2]int{i + 1, strings.LastIndex(code, f[1]) + 1}
			variants[at] = append(variants[at], variant{len(want), f[0]})
			want = append(want, f[2])
		}
	}
	content, err := addSwitches(p, p.files["main.go"], variants)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := format.Source([]byte(content)); err != nil {
		t.Fatalf("%v\n%s", err, content)
	}
	if err := os.WriteFile("main.go", []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("chosen.go", fmt.Appendf(nil, chosenSource, "main", chosenVariable), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", "program", ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, content)
	}
	run := func(number int) []string {
		cmd := exec.Command("./program")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", chosenVariable, number))
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(string(out), "\n")
	}
	whole := run(0)
	if got := strings.Join(whole, " "); got != "true false false true -4 -2 2.000000001s 8 loop 0 small " {
		t.Fatalf("without a mutant: %q", got)
	}
	for i := 1; i < len(want); i++ {
		got := run(i)
		if want[i] == "nothing" {
			if strings.Join(got, " ") == strings.Join(whole, " ") {
				t.Errorf("mutant %d changes nothing", i)
			}
			continue
		}
		var changed []string
		for n := range got {
			if n >= len(whole) || got[n] != whole[n] {
				changed = append(changed, got[n])
			}
		}
		if len(got) != len(whole) || strings.Join(changed, " ") != want[i] {
			t.Errorf("mutant %d changes %q, want %q", i, changed, want[i])
		}
	}
}

// TestUnknownOperator: a mutant that is of no operator is an error and not left out.
func TestUnknownOperator(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nfunc main() { println(1 == 2) }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module program\n\ngo 1.26\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	p, err := parsePackage(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		column int
		kind   string
	}{{23, "CONDITIONALS_NEGATION"}, {25, "ARITHMETIC_BASE"}} {
		if _, err := addSwitches(p, p.files["main.go"], map[[2]int][]variant{{3, v.column}: {{1, v.kind}}}); err == nil {
			t.Errorf("column %d, %s: no error", v.column, v.kind)
		}
	}
}
