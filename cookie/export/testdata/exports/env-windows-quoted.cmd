@echo off
set "SECURE_1PSID=g.a000DUMMY-AccountA-psid_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-0076"
set "SECURE_1PSIDTS=sidts-DUMMYtsA_aaaaaaaaaaaaaaaaaaaaaaaa-EAA"
