package main

// cookiesCommand groups the commands that carry a browser's session to the server.
type cookiesCommand struct {
	Quick  quickCommand  `cmd:"" help:"Open a browser that goes out from the server's address, to sign in there."`
	Save   saveCommand   `cmd:"" help:"Take the session out of an export, or out of the browser of quick."`
	Update updateCommand `cmd:"" help:"Hand the saved session to the server and hear its verdict."`
	Status statusCommand `cmd:"" help:"Show how the server's sessions do."`
	Check  checkCommand  `cmd:"" help:"Look at an export without sending it anywhere."`
}

// Help implements kong.HelpProvider.
func (cookiesCommand) Help() string {
	return `New cookies reach the server in three steps:
  gchat cookies quick      a browser that goes out from the server's address; sign in there
  gchat cookies save       take the session out of that browser, or of an export in Downloads
  gchat cookies update     hand it to the server and hear whether Google accepts it

gchat cookies status tells how the session does. Cookies are as good as your
password: only your own account, and none of these files belongs anywhere else.`
}
