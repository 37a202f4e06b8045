import requests

cookies = {'__Secure-1PSID': 'g.a000DUMMY-AccountA-psid_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-0076'}
requests.get('https://www.youtube.com/', cookies=cookies)
