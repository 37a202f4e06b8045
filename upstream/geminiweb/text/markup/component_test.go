package markup_test

import (
	"strings"
	"testing"

	"github.com/geminid/geminid/upstream/geminiweb/text/markup"
)

func TestSuggestionsVanish(t *testing.T) {
	t.Parallel()
	testRows(t, []row{
		{"follow-up", "Bye.<FollowUp label=\"More?\" query=\"Tell me more\"/>", "Bye."},
		{"underscore in a name", "Bye.\n\n<FollowUp label=\"a\" query=\"b\" query_intent=\"create_image\"/>\n", "Bye.\n\n"},
		{"escaped quotes", `Bye.<FollowUp label="Draw a \"small\" map?" query="Do, a > b"/>`, "Bye."},
		{"a backslash at the end of a value", `Bye.<FollowUp label="C:\" query="b"/>`, "Bye."},
		{"quotes as entities", "Bye.<FollowUp label=\"&quot;a&quot;\" query=\"b\" />", "Bye."},
		{"pair", "Bye.<FollowUp label=\"a\" query=\"b\">More</FollowUp> So.", "Bye. So."},
		{"open and never closed", "Bye.<FollowUp label=\"a\" query=\"b\"> So.", "Bye. So."},
		{"over lines", "Bye.\n<FollowUp\n  label=\"a\"\n  query=\"b\"\n/>\nSo.", "Bye.\n\nSo."},
		{"in the middle of a line", "a <FollowUp label=\"a\" query=\"b\"/> b", "a  b"},
		{"cut in a value", "Bye.<FollowUp label=\"More", "Bye."},
		{"cut in a name", "Bye. <FollowUp lab", "Bye. <FollowUp lab"},
		{"group", "Bye.\n\n<ElicitationsGroup message=\"Which?\">\n  <Elicitation label=\"The \\\"short\\\" way\" query=\"a < b > c\"/>\n  {/* why */}\n  <Elicitation query=\"c\" label=\"d\"/>\n</ElicitationsGroup>\n\nSo.", "Bye.\n\nSo."},
		{"group without a message", "<ElicitationsGroup>\n<Elicitation label=\"a\" query=\"b\"/></ElicitationsGroup>So.", "So."},
		{"group that is not closed", "Bye.\n\n<ElicitationsGroup message=\"Which?\">\n  <Elicitation label=\"a\" query=\"b\"/>\n", "Bye.\n\n"},
		{"text in a group", "<ElicitationsGroup message=\"Which?\">\nor **this**\n</ElicitationsGroup>", "or **this**"},
		{"widget", "Bye.\n\n<GenerateWidget height=\"420px\">\n```json\n{\"html\": \"</GenerateWidget>\"}\n```\n</GenerateWidget>\n\nSo.\n```go\nx\n```\n", "Bye.\n\nSo.\n```go\nx\n```\n"},
		{"widget without a fence", "<GenerateWidget height=\"420px\">{\"a\": \"}\"}</GenerateWidget>So {x}.", "So {x}."},
		{"widget that is not closed", "Bye.\n\n<GenerateWidget height=\"420px\">\n```json\n{\"a\": 1}\n```\nSo.", "Bye.\n\nSo."},
		{"in a quote", "> a\n> <FollowUp label=\"a\" query=\"b\"/>\n> b", "> a\n> \n> b"},
		{"in a table", "| a | <FollowUp label=\"a\" query=\"b\"/> |\n", "| a |  |\n"},
	})
}

func TestContentBecomesMarkdown(t *testing.T) {
	t.Parallel()
	testRows(t, []row{
		{"sequence", "Do this:\n\n<Sequence>\n{/* in order, a > b */}\n  <Step title=\"Boil\" subtitle=\"takes > 3 minutes\">\n    Use **fresh** water.\n  </Step>\n  <Step subtitle=\"hot\" title=\"Pour &amp; serve\"/>\n</Sequence>\n\nEnjoy.", "Do this:\n\n1. **Boil** — takes > 3 minutes\n   Use **fresh** water.\n2. **Pour & serve** — hot\n\nEnjoy."},
		{"code in a step", "<Sequence><Step title=\"Run\">\n```sh\nls <dir>\n\n```\n</Step></Sequence>", "1. **Run**\n   ```sh\nls <dir>\n\n```\n"},
		{"timeline", "<Timeline>\n  <TimelineEvent title=\"Light\" time=\"1874\">\n    Lit.\n  </TimelineEvent>\n  <TimelineEvent\n    time=\"1931\"\n    title=\"Power\"/>\n</Timeline>", "- **1874** — Light\n  Lit.\n- **1931** — Power\n"},
		{"image", "A cat:\n\n<Image src=\"image_agent_tag_1\" alt=\"cat\" caption=\"A \\\"cat\\\"\"/>\n\nSo.", "A cat:\n\n*A \"cat\"*\n\nSo."},
		{"image on the web", "<Image src=\"https://encrypted-tbn0.gstatic.com/images?q=1\" alt=\"cat\" caption=\"A cat\"/>", "![cat](https://encrypted-tbn0.gstatic.com/images?q=1) *A cat*"},
		{"carousel", "<Carousel>\n{/* two */}\n  <Image src=\"image_agent_tag_1\" alt=\"a\" caption=\"One\" />\n  <Image alt=\"Two\" src=\"image_agent_tag_2\"/>\n</Carousel>\nSo.", "- *One*\n- *Two*\n\nSo."},
		{"table", "<ProductComparisonTable title=\"Kettles\">[{\"name\":\"One\",\"price\":\"$29|30\"},{\"name\":\"Two\",\"price\":null,\"tags\":[\"a\",2]}]</ProductComparisonTable>\nSo.", "**Kettles**\n\n| name | price | tags |\n| --- | --- | --- |\n| One | $29\\|30 |  |\n| Two |  | a, 2 |\n\nSo."},
		{"table of arrays", "<ProductComparisonTable>\n[[\"a\",\"b\"],[1,true]]\n</ProductComparisonTable>", "| a | b |\n| --- | --- |\n| 1 | true |\n"},
		{"table that is none", "<ProductComparisonTable title=\"T\">[1, 2]</ProductComparisonTable>", "**T**\n\n```json\n[1, 2]\n```\n"},
		{"table that is cut", "<ProductComparisonTable title=\"T\">[{\"a\": 1", "**T**\n\n[{\"a\": 1"},
		{"cards", "<EntityCard title=\"North\"/>\n<EntityCard title=\"Harbour\"><EntityCard title=\"Pier 3\"/>Ships land here.</EntityCard>\nSo.", "**North**\n**Harbour**\n**Pier 3**\nShips land here.\nSo."},
		{"in a list", "1. First:\n   <Image src=\"image_agent_tag_5\" alt=\"x\" caption=\"In a list\"/>\n2. Next", "1. First:\n   *In a list*\n2. Next"},
		{"unknown", "Now:\n\n<WeatherPanel city=\"Oslo\" unit_of_measure=\"°C\">\nCold, with **snow**.\n</WeatherPanel>\n\nSo.", "Now:\n\nCold, with **snow**.\n\nSo."},
		{"unknown behind a known one", "<EntityCard title=\"A\"/> and <Tooltip text=\"a > b\">the legend</Tooltip> twice", "**A** and the legend twice"},
	})
}

func TestBrokenComponents(t *testing.T) {
	t.Parallel()
	testRows(t, []row{
		{"unclosed sequence", "<Sequence>\n  <Step title=\"One\">\n    Do it.\n\nNext paragraph.", "1. **One**\n   Do it.\n\nNext paragraph."},
		{"cut step", "<Sequence>\n  <Step title=\"The last step\" subtitle=\"cut", ""},
		{"cut closing tag", "<Sequence><Step title=\"One\">Do it.</St", "1. **One**\n   Do it."},
		{"nested", "<Sequence><Step title=\"A\"><Timeline><TimelineEvent title=\"B\" time=\"1\">b</TimelineEvent></Timeline></Step><Step title=\"C\"/></Sequence>", "1. **A**\n- **1** — B\n  b\n\n2. **C**\n"},
		{"interleaved", "<Sequence><Step title=\"A\">a<Timeline><TimelineEvent title=\"B\">b</Step></TimelineEvent></Sequence>c</Timeline>d", "1. **A**\n   a\n- **B**\n  b\n\nc\n\nd"},
		{"closed twice", "<Sequence><Step title=\"A\"/></Sequence></Sequence>", "1. **A**\n\n</Sequence>"},
		{"a tag that never ends", "<FollowUp label=\"a\" query=\"" + strings.Repeat("x", 5000), "<FollowUp label=\"a\" query=\"" + strings.Repeat("x", 5000)},
	})
}

func TestTenThousandComponents(t *testing.T) {
	t.Parallel()
	const n = 10_000
	text := "<Sequence>\n" + strings.Repeat("  <Step title=\"One\" subtitle=\"two\">\n    three\n  </Step>\n", n) + "</Sequence>\n" +
		strings.Repeat("<FollowUp label=\"a\" query=\"b\"/>\n", n) + strings.Repeat("<Sequence>\n", n) + strings.Repeat("<NewThing title=\"x\">y</NewThing>\n", n)
	got := cleanIn(text, 64)
	if strings.Count(got, "three") != n || strings.Count(got, "y") != n || strings.Contains(got, "Step") || strings.Contains(got, "FollowUp") || strings.Contains(got, "NewThing") {
		t.Errorf("got %d bytes: %.300q", len(got), got)
	}
	if !strings.Contains(got, "\n10000. **One** — two\n") {
		t.Error("the last step has no number")
	}
}

func TestUnknownAreCounted(t *testing.T) {
	t.Parallel()
	var c markup.Cleaner
	c.Clean(nil, []byte("<WeatherPanel city=\"Oslo\">\nx\n</WeatherPanel>\n<Button onClick={f}/>\n<Card title=\"a\">b</Card>\n`<Hidden a=\"b\">`\n<Card title=\"c\">\n"), true)
	if got := strings.Join(c.Unknown(), " "); got != "WeatherPanel Card" {
		t.Errorf("got %q", got)
	}
	for i := range 100 {
		c.Clean(nil, []byte("<A"+strings.Repeat("b", i%30)+" c=\"d\">\n"), true)
	}
	if got := len(c.Unknown()); got != 16 {
		t.Errorf("%d names are kept, want 16", got)
	}
}
