$env:GEMINI_PSID="g.a000DUMMY-AccountA-psid_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-0076"
$env:GEMINI_PSIDTS="sidts-DUMMYtsA_aaaaaaaaaaaaaaaaaaaaaaaa-EAA";
