package page

import (
	"embed"
	"encoding/json"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"
)

//go:embed texts/*.json
var textFiles embed.FS

// locale is one language that the page speaks.
type locale struct {
	name     string
	texts    map[string]string // by key; every language has every key
	template *template.Template
}

// allLocales are the languages of the page, the first one for those who prefer
// none of them. A new one is a file in texts and a line here. They are made when
// the page is asked for: a server whose page is never asked for needs no templates.
var allLocales = sync.OnceValue(func() []*locale {
	return []*locale{
		loadLocale("en"),
		loadLocale("zh"),
	}
})

var matcher = sync.OnceValue(func() language.Matcher {
	var tags []language.Tag
	for _, l := range allLocales() {
		tags = append(tags, language.MustParse(l.name))
	}
	return language.NewMatcher(tags)
})

func loadLocale(name string) *locale {
	text, err := textFiles.ReadFile("texts/" + name + ".json")
	if err != nil {
		panic(err) // embedded above
	}
	l := &locale{name: name}
	if err := json.Unmarshal(text, &l.texts); err != nil {
		panic(err)
	}
	l.template = template.Must(template.New("page").Funcs(template.FuncMap{"t": l.textOf}).Parse(html))
	return l
}

// matchLocale picks the language for an Accept-Language header.
func matchLocale(header string) *locale {
	_, at := language.MatchStrings(matcher(), header)
	return allLocales()[at]
}

// textOf is the text under a key, the key itself if there is none.
func (l *locale) textOf(key string) string {
	if text, ok := l.texts[key]; ok {
		return text
	}
	return key
}

// stateSentence returns the meaning of the state for clients.
func (l *locale) stateSentence(v View) string {
	sentence := l.textOf("sentence." + v.State)
	if v.Fault != "" {
		sentence += " " + l.textOf("fault."+v.Fault)
	}
	if v.Retry > 0 {
		sentence += " " + l.fill("next.line", "action", l.fill("next.trial", "span", l.roughSpan(v.Retry)))
	}
	return sentence
}

// otherAccounts says how many accounts are not in the state of the headline, empty
// if all are.
func (l *locale) otherAccounts(v View) string {
	all, list := 0, []string(nil)
	for _, c := range v.Accounts {
		all += c.N
		if c.State != v.State {
			list = append(list, l.fill("others.one", "n", strconv.Itoa(c.N), "word", strings.ToLower(l.textOf("word."+c.State))))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return l.fill("others", "all", strconv.Itoa(all), "list", strings.Join(list, l.textOf("others.between")))
}

// roughSpan spells a time in its largest unit.
func (l *locale) roughSpan(d time.Duration) string {
	for _, u := range []struct {
		key  string
		unit time.Duration
	}{{"rough.d", 24 * time.Hour}, {"rough.h", time.Hour}} {
		if d >= u.unit {
			return l.fill(u.key, "n", strconv.Itoa(int(d/u.unit)))
		}
	}
	return l.fill("rough.m", "n", strconv.Itoa(int((d+time.Minute-1)/time.Minute)))
}

// fill is the text under a key with its holes filled, given as names and values.
func (l *locale) fill(key string, holes ...string) string {
	pairs := slices.Clone(holes)
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(l.textOf(key))
}

// stateRemedy is the remedy in the language of the page, else as it came.
func (l *locale) stateRemedy(v View) string {
	if text, ok := l.texts["todo."+v.State]; ok && v.Remedy != "" && l != allLocales()[0] {
		return text
	}
	return v.Remedy
}
