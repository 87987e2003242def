import time, re
from collections import defaultdict
from testing.demo import DemoTestCase
from django.db import connection
class TestX(DemoTestCase):
    @classmethod
    def setUpTestData(cls):
        connection.force_debug_cursor=True
        connection.queries_log.__init__(maxlen=30000)
        t=time.time(); super().setUpTestData(); print("load",time.time()-t)
        d=defaultdict(lambda:[0,0.0])
        for q in connection.queries_log:
            k=q["sql"] if not q["sql"].startswith("SELECT") else q["sql"][q["sql"].find("FROM"):]
            k=re.sub(r"\d+|'[^']*'","?",k)[:140]
            d[k][0]+=1; d[k][1]+=float(q["time"])
        print("db", sum(v[1] for v in d.values()), len(connection.queries_log))
        for k,v in sorted(d.items(), key=lambda x:-x[1][1])[:14]: print(v[0], round(v[1],2), k)
    def test_x(self):
        pass
