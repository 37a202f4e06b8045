package page

import (
	"embed"
	"encoding/json"
	"html/template"
	"sync"

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
	if v.Fault == "" && !v.Ready && (v.State == "healthy" || v.State == "expiring") {
		return l.textOf("sentence.paused")
	}
	sentence := l.textOf("sentence." + v.State)
	if v.Fault != "" {
		sentence += " " + l.textOf("fault."+v.Fault)
	}
	return sentence
}

// stateRemedy is the remedy in the language of the page, else as it came.
func (l *locale) stateRemedy(v View) string {
	if text, ok := l.texts["todo."+v.State]; ok && v.Remedy != "" && l != allLocales()[0] {
		return text
	}
	return v.Remedy
}
