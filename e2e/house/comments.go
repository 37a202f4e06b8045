package main

import (
	"fmt"
	"go/ast"
	"regexp"
	"strings"
)

// idioms are turns of phrase that set the voice of comments, with their range per
// 1,000 comment words in the projects compared with.
var idioms = []struct {
	name    string
	match   *regexp.Regexp
	anchors string
}{
	{`"can not"`, regexp.MustCompile(`(?i)\bcan not\b`), "0.00 to 0.11"},
	{`"cannot", "can't"`, regexp.MustCompile(`(?i)\b(cannot|can't)\b`), "0.14 to 1.87"},
	{"tell, tells, told", regexp.MustCompile(`(?i)\b(tell|tells|told)\b`), "0.00 to 0.21"},
	{"hear, heard", regexp.MustCompile(`(?i)\b(hear|hears|heard)\b`), "0.00 to 0.04"},
	{"bring, brought", regexp.MustCompile(`(?i)\b(bring|brings|brought)\b`), "0.00 to 0.12"},
	{"nobody, somebody, whoever", regexp.MustCompile(`(?i)\b(nobody|somebody|whoever)\b`), "0.00 to 0.07"},
	{`"is no", "are no"`, regexp.MustCompile(`(?i)\b(is|are) no\b`), "0.09 to 1.18"},
	{`"what ..."`, regexp.MustCompile(`(?i)\bwhat\b`), "0.04 to 1.24"},
	{`"if"`, regexp.MustCompile(`(?i)\bif\b`), "5.1 to 18.7"},
}

var docLink = regexp.MustCompile(`\[\*?(?:[a-z]\w*\.)?[A-Z]\w*(?:\.[A-Z]\w*)?\]`)

// measureComments counts the idioms per 1,000 words of comments.
func measureComments(files []*ast.File) []measure {
	words, links, counts := 0, 0, make([]int, len(idioms))
	for _, file := range files {
		for _, group := range file.Comments {
			text := strings.Join(strings.Fields(group.Text()), " ")
			words += len(strings.Fields(text))
			links += len(docLink.FindAllString(text, -1))
			for i, idiom := range idioms {
				counts[i] += len(idiom.match.FindAllString(text, -1))
			}
		}
	}
	rows := []measure{{"words of comments", fmt.Sprint(words), ""}, {"doc links in comments", fmt.Sprint(links), "0 to 3,066"}}
	for i, idiom := range idioms {
		rows = append(rows, measure{
			"comments, per 1,000 words: " + idiom.name,
			fmt.Sprintf("%.2f (%d)", 1000*float64(counts[i])/float64(max(words, 1)), counts[i]), idiom.anchors,
		})
	}
	return rows
}
