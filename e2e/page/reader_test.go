package page_test

import (
	"encoding/json"
	"slices"

	"github.com/chromedp/cdproto/accessibility"
)

// usable holds the page against what people need to read and work it: nothing
// hangs over the edge, letters stand out from their ground, what can be pressed
// is large enough and has a name that a screen reader can say. It returns how
// many controls and drawings there are.
func (b *tab) usable() (named int) {
	b.Helper()
	if got := value[int](b, "document.documentElement.scrollWidth - innerWidth"); got > 0 {
		b.Errorf("the page hangs %d pixels over the edge", got)
	}
	for _, faint := range value[[]string](b, faintTexts) {
		b.Errorf("too faint to read: %s", faint)
	}
	for _, small := range value[[]string](b, smallTargets) {
		b.Errorf("too small to press: %s", small)
	}
	wanted := []string{"button", "textbox", "combobox", "img", "image", "DisclosureTriangle"}
	for _, node := range call(b, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes {
		if node.Ignored || !slices.Contains(wanted, said(node.Role)) {
			continue
		}
		if named++; said(node.Name) == "" {
			b.Errorf("a %s has no name", said(node.Role))
		}
	}
	return named
}

// readableStates paints an account in every state and looks for faint letters.
func (b *tab) readableStates() {
	b.Helper()
	for _, state := range []string{"healthy", "expiring", "degraded", "suspect", "unknown", "rate_limited", "blocked", "expired", "missing", "paused"} {
		for _, faint := range value[[]string](b, "document.querySelector('.badge').className = 'badge state-"+state+"', "+
			"document.querySelector('.verdict').className = 'verdict state-"+state+"', "+faintTexts) {
			b.Errorf("too faint to read when %s: %s", state, faint)
		}
	}
}

// said is the text of a property.
func said(v *accessibility.Value) string {
	var text string
	if v != nil {
		_ = json.Unmarshal([]byte(v.Value), &text) // what is no text says nothing
	}
	return text
}

// faintTexts lists texts with a contrast below 4.5 to what lies behind them.
const faintTexts = `(() => {
	const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
	const read = (color) => {
		pen.clearRect(0, 0, 1, 1);
		pen.fillStyle = color;
		pen.fillRect(0, 0, 1, 1);
		return [...pen.getImageData(0, 0, 1, 1).data];
	};
	const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] / 255 + below[i] * (1 - top[3] / 255));
	const ground = (node) => {
		if (!node) return [255, 255, 255];
		const own = read(getComputedStyle(node).backgroundColor);
		return own[3] === 255 ? own : over(own, ground(node.parentElement));
	};
	const light = (color) => color.slice(0, 3).map((c) => c / 255).map((c) => (c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4))
		.reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
	const out = [];
	for (const node of document.body.querySelectorAll('*')) {
		const text = [...node.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join('');
		if (!text || !node.checkVisibility() || ['SCRIPT', 'NOSCRIPT', 'title', 'OPTION'].includes(node.tagName)) continue;
		const style = getComputedStyle(node), below = ground(node);
		const [dark, bright] = [light(over(read(node instanceof SVGElement ? style.fill : style.color), below)), light(below)].sort((x, y) => x - y);
		const contrast = (bright + .05) / (dark + .05);
		if (contrast < 4.5) out.push(text.slice(0, 40) + ' ' + contrast.toFixed(2));
	}
	return out;
})()`

// smallTargets lists what is less than 24 pixels high or wide.
const smallTargets = `[...document.querySelectorAll('button, label.button, input:not(.unseen), select, textarea, summary')]
	.filter((n) => n.checkVisibility()).map((n) => [n, n.getBoundingClientRect()])
	.filter(([n, box]) => box.width < 24 || box.height < 24).map(([n, box]) => n.outerHTML.slice(0, 60) + ' ' + box.width + 'x' + box.height)`
