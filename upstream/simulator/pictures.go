package simulator

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
)

const keptPictures = 1000

// pictures are the media that answers pointed to, oldest first.
type pictures struct {
	mu   sync.Mutex
	list []*picture
}

// picture is one generated picture, video or piece of music. All but pending
// and used is fixed from the start.
type picture struct {
	token, im, label, rcid string
	kind                   string // "", video, audio
	session                *session
	seed                   uint64
	width, height, noise   int
	jpeg, once, dead, html bool
	inputs                 []image.Image
	made                   time.Time
	pending                int  // answers of 206 still to give
	used                   bool // fetched in full
}

func (s *Simulator) addPicture(p *picture) {
	p.token = randomLetters(s.seededRandom("picture", s.nextID()), 90)
	if p.kind != "" { // the token of a file says in itself what it leads to
		p.token = base64.RawURLEncoding.EncodeToString([]byte("\n\x0dresponse_data\x12" + p.token[:60]))
	}
	p.made = s.now()
	s.pictures.mu.Lock()
	defer s.pictures.mu.Unlock()
	s.pictures.list = append(s.pictures.list, p)
	if n := len(s.pictures.list); n > keptPictures {
		s.pictures.list = slices.Clone(s.pictures.list[n-keptPictures:])
	}
}

func (ps *pictures) findPicture(match func(*picture) bool) *picture {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if i := slices.IndexFunc(ps.list, match); i >= 0 {
		return ps.list[i]
	}
	return nil
}

const videoChip = "http://googleusercontent.com/video_gen_chip/0"

// makeMedia makes the media that the answer shows and returns the media container of the
// candidate; it adds the placeholders to the text.
func (c *call) makeMedia(d *delivery) json.RawMessage {
	p := d.p
	container := make(fields)
	if p.pictures > 0 {
		container[7] = []any{c.makePictures(d)}
	}
	if p.webRows != nil {
		container[1] = p.webRows
	}
	if p.citations != nil {
		container[43] = p.citations
	}
	if p.video != "" {
		if p.video == "pending" {
			p.say += "\nYour video is being made. This can take a few minutes."
			d.task = "e3136f2f-29f4-4f33-9223-" + c.s.nextID()[:12]
			d.job = []any{[]any{videoChip}, d.task}
		}
		p.say += "\n" + videoChip + "\n"
		v := fields{7: c.fileLinks("video", "video.mp4", p)}
		container[59] = []any{[]any{[]any{[]any{v.denseArray()}}}}
	}
	if p.music {
		audio := fields{2: "A Short Song", 7: c.fileLinks("audio", "song.mp3", p), 11: "audio/mpeg"}
		clip := fields{7: c.fileLinks("video", "song.mp4", p)}
		container[86] = []any{[]any{nil, audio.denseArray()}, []any{nil, clip.denseArray()}}
	}
	// The most used client looks for films and music by index alone, and for the
	// plan of a research by field number alone.
	sparse := !d.dense && p.video == "" && !p.music
	if p.research {
		d.addResearch(container)
		sparse = true
	}
	if sparse || p.optionValue("sparse") != "" {
		return encodeJSON(container.sparseArray(5))
	}
	return encodeJSON(container.denseArray())
}

// makePictures adds the pictures and returns their list in the container.
func (c *call) makePictures(d *delivery) []any {
	p := d.p
	var rows []any
	inputs := c.pictureInputs(d.q)
	for i := range p.pictures {
		noise := min(parseNumber(p.optionValue("noise"), 0), maxNoise)
		pic := &picture{im: "im_" + c.s.nextID(), rcid: d.rcid, session: c.session, width: p.width, height: p.height,
			label: fmt.Sprintf("http://googleusercontent.com/image_generation_content/%d", i),
			seed:  c.s.seededDigest("draw", p.turn, itoa(i)), noise: noise, inputs: inputs, jpeg: p.optionValue("jpeg") != "",
			once: p.optionValue("once") != "", dead: p.optionValue("expired") != "", html: p.optionValue("html") != "",
			pending: parseNumber(p.optionValue("pending"), 0)}
		if noise > 0 {
			pic.width = max(1, int(math.Sqrt(float64(noise)/3)))
			pic.height = pic.width
		}
		c.s.addPicture(pic)
		rows = append(rows, c.pictureRow(pic, p.turn))
		p.say += pic.label + "\n\n"
	}
	return rows
}

// pictureRow is a generated picture as candidates hold it.
func (c *call) pictureRow(pic *picture, prompt string) []any {
	name := fmt.Sprintf("%d.png", pic.seed>>1)
	if pic.jpeg {
		name = strings.Replace(name, ".png", ".jpg", 1)
	}
	file := fields{1: 1, 2: name, 3: c.baseURL(hostMedia) + "/gg-dl/" + pic.token, 5: "$A" + pic.im, 15: []any{pic.width, pic.height}}
	return fields{0: []any{nil, nil, nil, file.denseArray()}, 1: []any{pic.label, 0}, 3: []any{19, abridgeText(prompt, 500)}, 8: pic.im}.denseArray()
}

// pictureInputs are the pictures that a new one is made from: those sent with the
// question, else those of the chat's last turn.
func (c *call) pictureInputs(q *question) []image.Image {
	var out []image.Image
	for _, f := range q.files {
		if u := c.s.files.findFile(f.ref); u != nil && u.small != nil && !u.misnamed {
			out = append(out, u.small)
		}
	}
	if len(out) > 0 || q.chat == nil {
		return out
	}
	c.s.chats.mu.Lock()
	last := q.chat.turns[len(q.chat.turns)-1].rcid
	c.s.chats.mu.Unlock()
	if old := c.s.pictures.findPicture(func(p *picture) bool { return p.rcid == last && p.kind == "" }); old != nil {
		w, h := fitSize(old.width, old.height, thumbSide)
		out = append(out, old.drawAt(w, h))
	}
	return out
}

// fileLinks makes a video or a piece of music and returns its links: a thumbnail,
// the file, and for [video several] in between what was asked for.
func (c *call) fileLinks(kind, name string, p *plan) []any {
	f := &picture{kind: kind, session: c.session, pending: parseNumber(p.optionValue("pending"), 0), dead: p.optionValue("expired") != ""}
	c.s.addPicture(f)
	links := []any{c.baseURL(hostMedia) + "/preview/" + c.s.nextID()}
	download := func(token string) {
		links = append(links, c.baseURL(hostContrib)+"/download?c="+token+"&filename="+name+"&opi=103135050")
	}
	if p.video == "several" {
		download(base64.RawURLEncoding.EncodeToString([]byte("\n\x0crequest_data\x12" + c.s.nextID())))
	}
	download(f.token)
	return links
}

// fullSize is c8o8Fe: the link to a picture in its full size.
func (c *call) fullSize(p list) []any {
	id := p.listAt(0).listAt(1).textAt(0)
	rcid := p.listAt(1).textAt(1)
	pic := c.s.pictures.findPicture(func(x *picture) bool {
		return x.session == c.session && (x.im == id || x.label == id && x.rcid == rcid)
	})
	if pic == nil {
		return nil
	}
	return []any{c.baseURL(hostMedia) + "/gg-dl/" + pic.token}
}
