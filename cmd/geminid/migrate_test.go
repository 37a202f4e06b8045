package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/geminid/geminid/ops/peers"
)

// The command line names the peers a second time, because its grammar is fixed
// when the program is built.
func TestFromNamesEveryPeer(t *testing.T) {
	field, _ := reflect.TypeFor[configImportCmd]().FieldByName("From")
	if got, want := field.Tag.Get("enum"), strings.Join(peers.PeerNames(), ","); got != want {
		t.Errorf("--from takes %s, want %s", got, want)
	}
}
