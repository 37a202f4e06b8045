package notify

var english = language{templates: map[Kind]template{
	EndsSoon: {"geminid: session {account} ends soon",
		"The session is about to end and is not being renewed. Export fresh cookies from gemini.google.com and drop the file into the inbox.",
		"Expected end: {detail}."},
	Expired: {"geminid: session {account} has ended",
		"Google answers as signed out; requests are refused. Sign in to gemini.google.com in a private Firefox window, export the cookies, drop the file into the inbox, and close the window without signing out.", ""},
	Blocked: {"geminid: Google refuses this server for now",
		"No calls are made for {account} until the wait is over. There is nothing to do but wait; more calls would make it longer.", ""},
	Unreadable: {"geminid: the saved session {account} cannot be read",
		"The account serves nothing until the server can read what it saved. The file is left alone; once it can be read it is taken up by itself.",
		"{detail}"},
	Recovered: {"geminid: session {account} works again", "The session is signed in and serves requests.", ""},
	FileRejected: {"geminid: a cookie file was refused",
		"The session in use was not touched.", "{detail}"},
	FileAccepted: {"geminid: the new cookie file is in use", "The cookies were accepted.", "Account {detail}."},
	RotationFailing: {"geminid: renewing session {account} fails",
		"Several renewals in a row gave no new value. The session still works, but it will end when this goes on.", ""},
	RotationWorks: {"geminid: renewing session {account} works again", "A new value was saved.", ""},
	SecondHolder: {"geminid: something else uses session {account}",
		"Freshly renewed values died twice within a day. An open browser tab or a second server seems to renew the same session; close it without signing out.", ""},
	Test: {"geminid: test message", "Notifications reach you.", ""},
}}
