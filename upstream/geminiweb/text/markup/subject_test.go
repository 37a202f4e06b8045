package markup_test

import (
	"fmt"
	"testing"
)

// subjects are texts about markup, code and formulas. Every one comes through byte
// for byte.
var subjects = []string{
	"Use `<FollowUp label=\"a\" query=\"b\"/>` to suggest a question.",
	"```jsx\n<FollowUp label=\"a\" query=\"b\"/>\n<Sequence>\n  <Step title=\"x\">y</Step>\n</Sequence>\n```",
	"~~~xml\n<ElicitationsGroup message=\"m\">\n  <Elicitation label=\"a\" query=\"b\"/>\n</ElicitationsGroup>\n~~~",
	"````md\n```js\n<Image src=\"image_agent_tag_1\" alt=\"a\"/>\n```\n````",
	"* item\n  ```html\n  <Carousel>\n  &lt;p&gt; [cite: 1] my\\_key\n  ```\n* item",
	"> ```\n> <FollowUp label=\"a\" query=\"b\"/>\n> ```\n> quoted",
	"1. first\n\n   ```xml\n   <Timeline>\n     <TimelineEvent title=\"a\" time=\"b\"/>\n   </Timeline>\n   ```\n",
	"<Button onClick={() => save()}>Save</Button>",
	"<Button variant=\"primary\" size=\"large\">Save</Button>",
	"<App />",
	"<UserCard name=\"Ann\" />",
	"<MyComponent prop=\"value\" />\n",
	"Here it is:\n\n<Card title=\"Hello\">\n  <p>Text</p>\n</Card>\n\nImport it first.",
	"<InfoPanel title=\"Hello\">\n  <p>Text</p>\n</InfoPanel>",
	"<InfoPanel title=\"Hello\">{children}</InfoPanel>",
	"<InfoPanel title={title}>text</InfoPanel>",
	"<InfoPanel open>text</InfoPanel>",
	"<Image src=\"/logo.png\" alt=\"Logo\" width={10} height={10} />",
	"<Image src=\"/logo.png\" alt=\"Logo\" />",
	"<Image source={require('./a.png')} />",
	"<Steps>\n  <Step title=\"First\">Do it</Step>\n</Steps>",
	"<Step title=\"First\">Do it</Step>",
	"<Timeline>\n  <TimelineItem>2020</TimelineItem>\n</Timeline>",
	"<Timeline mode=\"left\" items={items} />",
	"<Carousel autoplay>\n  <div>1</div>\n</Carousel>",
	"<Sequence from={30} durationInFrames={40}>\n  <Title />\n</Sequence>",
	"The <Carousel> element holds pictures, <Sequence> holds steps.",
	"Wrap it in <Tooltip text=\"x\">label</Tooltip> to show a hint.",
	"<Project Sdk=\"Microsoft.NET.Sdk\">\n  <PropertyGroup>\n    <TargetFramework>net9.0</TargetFramework>\n  </PropertyGroup>\n</Project>",
	"<Grid Width=\"100\"><TextBlock Text=\"a\"/></Grid>",
	"<Person>\n  <Name>Ann</Name>\n  <Age>3</Age>\n</Person>",
	"<OrderLine id=\"7\">two apples</OrderLine>",
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<root a=\"b > c\"/>\n",
	"<!DOCTYPE html>\n<html><body class=\"a\">x<br/></body></html>",
	"<!-- a comment --> and <![CDATA[ <x> ]]>",
	"<svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/></svg>",
	"Map<String, List<Integer>> m = new HashMap<>();",
	"a < b && c > d, a<b>c, x <= y, <- and ->",
	"List<Item> items; Promise<Response> p; Vec<T>",
	"fetch(`/a?b=1&copy=2&lt=3`) and /?a=1&copy=2&lt=3",
	"`&lt;p&gt;` shows <p>, and `&amp;` an ampersand.",
	"```html\n&lt;p&gt; &amp;nbsp;\n```",
	"$a\\_b$ and $x \\< y$ and $\\text{learning\\_rate} \\> 0$",
	"$$\n\\text{my\\_var} \\< 3 \\> 2\n$$\n",
	"\\(a\\_b \\< c\\) and \\[x\\_y \\> z\\]",
	"\\begin{align}\na\\_b &= c \\\\\nd \\> e\n\\end{align}",
	"$\\frac{1}{2}$, $\\alpha_{i}$, $\\{x : x \\in A\\}$, \\$5",
	"\\textbf{bold} \\emph{x} \\\\ \\newline \\% \\& \\#",
	"C:\\Users\\name\\new\\table.txt",
	"C:\\Users\\<name>\\AppData",
	"C:\\> dir /s and C:\\Windows\\> cd",
	"C:\\my\\_private\\x",
	"\\\\server\\share\\folder",
	"regexp: \\d+\\.\\w*\\s\\b and (?:\\\\n)",
	"Write \\_ for an underscore, \\* for a star, \\` for a tick and \\# for a hash.",
	"\\_\\_init\\_\\_ and \\_private and trailing\\_",
	"\\> not a quote",
	"printf(\"a\\tb\\n\\\"q\\\"\\\\\");",
	"2 \\* 3 \\- 4 \\+ 5 \\! \\[x\\] \\{y\\}",
	"Gemini writes [cite: 1, 2] and [cite_start] into its answers.",
	"The mark \"[cite: 1]\" stands for a page, `[cite_start]` begins it.",
	"```\n[cite: 1] and [cite_start]x\n```",
	"[cite this] and [cite: page] and [citation: 1] and [1, 2]",
	"[link](https://example.org/a_(b)) ![alt](https://example.org/x.png) [ref][1]\n\n[1]: https://example.org",
	"[search](https://www.google.com/search?q=tides) for it, - [x] done, - [ ] open, a[i][j]",
	"| tag | meaning |\n| --- | --- |\n| `<Step>` | a step |\n| <b>x</b> | bold |\n| a\\|b | pipe |",
	"Use <kbd>Ctrl</kbd>+<kbd>C</kbd> &c; 1 &notanentity; 2",
	"{/* a comment in JSX */} and { /* C */ } and {{ template }}",
	"{\"a\": {\"b\": [1, 2, {\"c\": \"d\"}]}, \"$ref\": \"#/x\"}",
	"Price: $5, then $6; env: $HOME and ${X} and $(pwd) and $$",
	"a ` single tick, then <b>x</b>\n\nnext ``code with ` inside`` end",
	"`a\nb <FollowUp label='x'> c`\n\ntext",
	"    indented code\n\tand a tab\n\ntext  \nhard break",
	"#include <Foo.h>\n#include <vector>\n<T> void f()",
	"https://example.org/http/ht?x=http://example.org/0 h ht htt http",
	"https://googleusercontent.com.example/x/1 and http://googleusercontent.com/a",
	"日本語 <タグ> &nope; [リンク] \\あ $円$ 😀",
	"---\n***\n___\n1. a\n2) b\n+ c\n> > d\n",
	"Trailing blank ", "Trailing newline\n\n", "!", "[", "<", "\\", "$", "`", "&", " [", "![", "", "\n", "{",
}

// frameSizes are the pieces in which texts arrive, in bytes; 0 is the whole.
var frameSizes = []int{0, 1, 2, 3, 7, 64}

func TestSubjectsStay(t *testing.T) {
	t.Parallel()
	for i, text := range subjects {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			for _, size := range frameSizes {
				if got := cleanIn(text, size); got != text {
					t.Errorf("in pieces of %d: got %q, want %q", size, got, text)
				}
			}
		})
	}
}

// Around a subject nothing changes it: not prose before it, and not the element
// that ends many answers.
func TestSubjectsStayInAnswers(t *testing.T) {
	t.Parallel()
	const end = "\n\n<FollowUp label=\"More?\" query=\"Tell me more\"/>"
	for _, text := range subjects {
		whole := "Some prose.\n\n" + text + "\n\n"
		for _, size := range frameSizes {
			if got := cleanIn(whole+end, size); got != whole+"\n\n" {
				t.Errorf("in pieces of %d: got %q, want %q", size, got, whole)
			}
		}
	}
}
