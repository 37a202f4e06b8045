// Command house measures the source tree and prints one table: packages and
// their imports, names, comments, documented declarations, mutants, dead code and
// duplicates, each beside the range of well-kept Go projects where one is known.
// It is run by make house from the root of the repository.
package main

import (
	"fmt"
	"log"
	"os"
	"text/tabwriter"
)

// A measure is one row of the table.
type measure struct {
	name    string
	value   string
	anchors string // the range of the projects compared with, or empty
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("house: ")
	rows, err := measureTree(".")
	if err != nil {
		log.Fatal(err)
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "measure\tvalue\tfifteen Go projects")
	for _, r := range rows {
		fmt.Fprintf(table, "%s\t%s\t%s\n", r.name, r.value, r.anchors)
	}
	if err := table.Flush(); err != nil {
		log.Fatal(err)
	}
}

// measureTree returns every row for the module rooted at dir.
func measureTree(dir string) ([]measure, error) {
	packages, err := listPackages(dir)
	if err != nil {
		return nil, err
	}
	source, err := parseSource(packages)
	if err != nil {
		return nil, err
	}
	rows := measureImports(packages)
	rows = append(rows, measureNames(source)...)
	rows = append(rows, measureComments(source)...)
	for _, tool := range []func(string) (measure, error){readMutants, countDeadCode, countDuplicates} {
		row, err := tool(dir)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}
