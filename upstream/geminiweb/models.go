package geminiweb

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

// Class says which of an account's models answers for a public id. The values
// are the numbers that the upstream's own model list uses.
type Class int

// The classes.
const (
	Fast     Class = 1
	Thinking Class = 2
	Pro      Class = 3
	Lite     Class = 6
)

// Mapping gives a public model id its place among the account's models. There
// is no image model upstream: a picture is a tool of the chat models.
type Mapping struct {
	chat.Model
	Class Class
}

const (
	textInput, textOutput   = 1 << 20, 64 << 10
	imageInput, imageOutput = 32 << 10, 32 << 10
)

// defaultMappings are the ids that are always served. Ids whose upstream name is gone
// stand for the current model of their class.
var defaultMappings = []Mapping{
	textModel("gemini-2.5-flash", "Gemini 2.5 Flash", Fast),
	textModel("gemini-2.5-pro", "Gemini 2.5 Pro", Pro),
	textModel("gemini-3-pro-preview", "Gemini 3 Pro Preview", Pro),
	imageModel("gemini-2.5-flash-image", "Gemini 2.5 Flash Image", Fast),
	imageModel("gemini-3-pro-image-preview", "Gemini 3 Pro Image Preview", Pro),
	imageModel("gemini-3.1-flash-image-preview", "Gemini 3.1 Flash Image Preview", Fast),
	imageModel("gemini-3.1-flash-image", "Gemini 3.1 Flash Image", Fast),
}

func textModel(id, name string, class Class) Mapping {
	return Mapping{chat.Model{ID: id, Name: name, Description: "Text, by the Gemini web session.",
		InputLimit: textInput, OutputLimit: textOutput}, class}
}

func imageModel(id, name string, class Class) Mapping {
	return Mapping{chat.Model{ID: id, Name: name, Description: "Pictures, by the Gemini web session.",
		Image: true, InputLimit: imageInput, OutputLimit: imageOutput}, class}
}

// upstreamIDs are the ids per class, by whether the account pays. They are used
// if the account's own list has no id for the class.
var upstreamIDs = map[Class]struct{ free, paid string }{
	Fast:     {"fbb127bbb056c959", "56fdd199312815e2"},
	Thinking: {"5bf011840784117a", "e051ce1aa80aa576"},
	Pro:      {"9d8ca3786ebdfbea", "e6fa609c3fa255c0"},
}

// family is an id that stands for the current model of a class, whatever its version,
// and may ask it for a tool.
type family struct {
	Mapping
	tool chat.Tool
}

// families are listed if the account offers their class. The Gemini API has the longer
// names.
var families = []family{
	{textModel("gemini-flash", "Gemini Flash", Fast), chat.NoTool},
	{textModel("gemini-flash-latest", "Gemini Flash", Fast), chat.NoTool},
	{textModel("gemini-pro", "Gemini Pro", Pro), chat.NoTool},
	{textModel("gemini-pro-latest", "Gemini Pro", Pro), chat.NoTool},
	{textModel("gemini-flash-lite", "Gemini Flash-Lite", Lite), chat.NoTool},
	{textModel("gemini-flash-lite-latest", "Gemini Flash-Lite", Lite), chat.NoTool},
	{textModel("gemini-video", "Gemini, makes a video", Fast), chat.VideoTool},
	{textModel("gemini-music", "Gemini, makes music", Fast), chat.MusicTool},
	{textModel("gemini-canvas", "Gemini, writes into a canvas", Fast), chat.CanvasTool},
}

// account is the status procedure's answer about a Google account.
type account struct {
	wire.Account
	known  bool
	models []chat.Model // the model list that follows from it
}

// target is the upstream model that a request goes to.
type target struct {
	public   string
	id       string
	class    Class
	tool     chat.Tool
	ordinary bool // asked in an ordinary chat, because another question is in the temporary one
	chosen   bool // the owner set the id
	thinking chat.Thinking
	account  account
}

// temporary reports whether the question may be asked in a temporary chat: tools may not.
func (t target) temporary() bool { return t.tool == chat.NoTool && !t.ordinary }

// makesFile reports whether the answer is to be a file and not text.
func (t target) makesFile() bool { return t.tool != chat.NoTool && t.tool != chat.CanvasTool }

func (a account) isPaid() bool { return a.Capacity > 1 || a.Shifted }

// pickModel returns the id that serves a class for this account, "" if there is none.
func (a account) pickModel(class Class) string {
	for _, o := range a.Offers {
		if classOf(o) == class {
			return o.ID
		}
	}
	if a.isPaid() {
		return upstreamIDs[class].paid
	}
	return upstreamIDs[class].free
}

// offersClass reports whether the account's own list has a model of a class.
func (a account) offersClass(class Class) bool {
	return slices.ContainsFunc(a.Offers, func(o wire.Offer) bool { return classOf(o) == class })
}

// findOffer returns the row of the account's own list with an id, the zero Offer if
// there is none.
func (a account) findOffer(id string) wire.Offer {
	if i := slices.IndexFunc(a.Offers, func(o wire.Offer) bool { return o.ID == id }); i >= 0 {
		return a.Offers[i]
	}
	return wire.Offer{}
}

// resolveModel finds the upstream model for a public id: an id of the table, a name
// from the account's own list, or a family.
func (c *Client) resolveModel(name string, a account) (target, bool) {
	t := target{public: name, account: a}
	if i := slices.IndexFunc(c.cfg.Models, func(m Mapping) bool { return m.ID == name }); i >= 0 {
		m := c.cfg.Models[i]
		t.class, t.id = m.Class, a.pickModel(m.Class)
		if m.Image {
			t.tool = chat.PictureTool
		}
	}
	for _, o := range a.Offers {
		if t.id == "" && (slices.Contains(publicIDs(o), name) || name == o.ID) {
			t.id, t.class = o.ID, classOf(o)
		}
	}
	if i := slices.IndexFunc(families, func(f family) bool { return f.ID == name }); i >= 0 && t.id == "" {
		t.id, t.class, t.tool = a.pickModel(families[i].Class), families[i].Class, families[i].tool
	}
	if id, ok := c.cfg.Overrides[name]; ok {
		t.id, t.chosen = id, true
	}
	return t, t.id != ""
}

// publicIDs are the ids under which an account's own model is offered: that of its
// version, and that of its name unless that has no letter for an id. A model with
// neither has its upstream id.
func publicIDs(o wire.Offer) (ids []string) {
	for _, name := range []string{o.Version, o.Name} {
		if slug := slugOf(name); slug != "" {
			ids = append(ids, "gemini-"+strings.TrimPrefix(slug, "gemini-"))
		}
	}
	if ids == nil {
		ids = []string{"gemini-" + o.ID}
	}
	return ids
}

func slugOf(name string) string {
	slug := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '.':
			return r
		}
		return '-'
	}, strings.ToLower(strings.TrimSpace(name)))
	return strings.Trim(slug, "-.")
}

// listModels returns the model list: the table, the models that the account offers,
// and those of the owner's choice.
func (c *Client) listModels(a account) []chat.Model {
	var out []chat.Model
	seen := make(map[string]chat.Model)
	add := func(m chat.Model) {
		if _, dup := seen[m.ID]; !dup {
			seen[m.ID] = m
			out = append(out, m)
		}
	}
	for _, m := range c.cfg.Models {
		add(m.Model)
	}
	for _, o := range a.Offers {
		for _, id := range publicIDs(o) {
			add(chat.Model{ID: id, Name: cmp.Or(o.Version, o.Name), Description: o.Description, InputLimit: textInput, OutputLimit: textOutput})
		}
	}
	for _, f := range families {
		if a.offersClass(f.Class) {
			add(f.Model)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.cfg.Overrides)) {
		add(chat.Model{ID: id, Name: id, Description: "The upstream's model " + c.cfg.Overrides[id] + ".", InputLimit: textInput, OutputLimit: textOutput})
	}
	return out
}

// modelHeader is the value that selects the model: 17 places in the newest form.
func (t target) modelHeader() string {
	h := make([]any, 17)
	h[0], h[4], h[7], h[8] = 1, t.id, 0, []int{4, 5, 6, 8}
	place := 11
	if t.account.Shifted {
		place = 12
	}
	h[place] = max(1, t.account.Capacity)
	if t.class > 0 {
		h[14] = int(t.class)
	}
	if level, ok := thinkingLevels[t.thinking]; ok {
		h[15] = level
	}
	h[16] = strings.ToUpper(uuid.NewString())
	return marshalJSON(h)
}
