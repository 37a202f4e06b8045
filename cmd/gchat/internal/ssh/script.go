package ssh

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/geminid/geminid/cookie"
)

// inboxScript runs in the shell on the server. It puts the cookies into the
// inbox in one step, readable for the daemon's group, and then reports once a
// second: the daemon's note if the file was refused, else the daemon's status. An
// old note is removed first, unless the very same file was refused with it. A file
// that is there already, unrefused, is reported as the same, because the daemon
// does not look at it twice. The cookies come on the script's standard input, so
// they are never in a process list. Others may write to the inbox too: the file is made
// anew (set -C) and with its mode at once, so that no link they put there is followed.
const inboxScript = `umask 007
cd -- "$inbox" || { echo "fail the inbox cannot be entered"; exit 0; }
status() { echo "status $(geminid cookies status --json 2>/dev/null </dev/null | tr -d '\n')"; }
status
tmp=".$name.$$-$(date +%%s).tmp"
cannot() { rm -f -- "$tmp"; echo "fail the file cannot be written there"; exit 0; }
[ ! -d "$name" ] || cannot
set -C
cat >"$tmp" <<'END_OF_COOKIES' || cannot
%sEND_OF_COOKIES
word=delivered
if cmp -s -- "$tmp" "$name"; then
  [ -f "$name.rejected.txt" ] || word=same
else
  rm -f -- "$name.rejected.txt"
fi
mv -f -- "$tmp" "$name" || cannot
echo "$word"
while [ "$seconds" -gt 0 ]; do
  sleep 1
  seconds=$((seconds - 1))
  if [ -f "$name.rejected.txt" ]; then
    echo "refused $(tr '\n' '\t' <"$name.rejected.txt")"
    exit 0
  fi
  status
done
`

// fileName is the name that makes the daemon offer the file to the account.
func (d InboxDelivery) fileName() string {
	if d.Account == "" || d.Account == cookie.DefaultName {
		return "cookies.json"
	}
	return d.Account + ".json"
}

// shellScript is the input of the shell on the server.
func (d InboxDelivery) shellScript(cookies []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "inbox=%s\nname=%s\nseconds=%s\n", QuoteWord(d.Inbox), QuoteWord(d.fileName()),
		strconv.Itoa(int(d.Wait/time.Second)))
	fmt.Fprintf(&b, inboxScript, cookies) // which end with a newline
	return b.String()
}
