package main

// cookiesCommand groups what brings a browser's session to the server.
type cookiesCommand struct {
	Check checkCommand `cmd:"" help:"Look at an export without sending it anywhere."`
}

// Help implements kong.HelpProvider.
func (cookiesCommand) Help() string {
	return `New cookies reach the server in three steps:
  gchat cookies quick      a browser that goes out from the server's address; sign in there
  gchat cookies save       take the session out of that browser, or of an export in Downloads
  gchat cookies update     hand it to the server and hear whether Google accepts it

gchat cookies status tells how long they last.`
}
