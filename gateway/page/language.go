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

// spoken is one language that the page speaks.
type spoken struct {
	name     string
	texts    map[string]string // by key; every language has every key
	template *template.Template
}

// languages are the languages of the page, the first one for those who prefer
// none of them. A new one is a file in texts and a line here. They are made when
// the page is asked for: a server that nobody looks at needs no templates.
var languages = sync.OnceValue(func() []*spoken {
	return []*spoken{
		speak("en"),
		speak("zh"),
	}
})

var matcher = sync.OnceValue(func() language.Matcher {
	var tags []language.Tag
	for _, l := range languages() {
		tags = append(tags, language.MustParse(l.name))
	}
	return language.NewMatcher(tags)
})

func speak(name string) *spoken {
	text, err := textFiles.ReadFile("texts/" + name + ".json")
	if err != nil {
		panic(err) // embedded above
	}
	l := &spoken{name: name}
	if err := json.Unmarshal(text, &l.texts); err != nil {
		panic(err)
	}
	l.template = template.Must(template.New("page").Funcs(template.FuncMap{"t": l.t}).Parse(html))
	return l
}

// preferred picks the language for an Accept-Language header.
func preferred(header string) *spoken {
	_, at := language.MatchStrings(matcher(), header)
	return languages()[at]
}

// t is the text under a key, the key itself when there is none.
func (l *spoken) t(key string) string {
	if text, ok := l.texts[key]; ok {
		return text
	}
	return key
}

// sentence says what the state means for who asks.
func (l *spoken) sentence(v View) string {
	if !v.Ready && (v.State == "healthy" || v.State == "expiring") {
		return l.t("sentence.paused")
	}
	return l.t("sentence." + v.State)
}

// todo is the remedy in the language of the page, else as it came.
func (l *spoken) todo(v View) string {
	if text, ok := l.texts["todo."+v.State]; ok && v.Remedy != "" && l != languages()[0] {
		return text
	}
	return v.Remedy
}
