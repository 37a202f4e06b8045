package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// readExplanations reads lines of file, mutant type, source line and reason,
// separated by tabs. The key is all but the reason.
func readExplanations(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	all := map[string]string{}
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		line := scanner.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 4 || cells[3] == "" {
			return nil, fmt.Errorf("%s: %q has not four fields separated by tabs", path, line)
		}
		all[strings.Join(cells[:3], "\t")] = cells[3]
	}
	return all, nil
}
