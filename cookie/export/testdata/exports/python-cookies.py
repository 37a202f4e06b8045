import requests

cookies = {'NID': '511=DUMMY', '__Secure-1PSID': 'g.a000DUMMY-AccountA-psid_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-0076', '__Secure-1PSIDTS': 'sidts-DUMMYtsA_aaaaaaaaaaaaaaaaaaaaaaaa-EAA'}
response = requests.get('https://gemini.google.com/app', cookies=cookies)
