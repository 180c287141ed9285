"""Pinyin of the characters that occur in the generator's names (no tones, one reading each)."""

from __future__ import annotations

READINGS = """
ai:爱 an:安岸案 ba:八 bai:摆柏白百 ban:办半搬板 bao:保包 bei:北 beng:泵 bi:壁笔避 bian:便变编 biao:表 bin:宾斌滨 bo:博播波玻
bu:布步补部 cai:彩材菜蔡 can:蚕 cang:仓 cao:操曹 ce:侧厕测 ceng:层 cha:茶 chai:柴 chan:产 chang:厂场常昌长 chao:超 che:车
chen:晨陈 cheng:城成承秤称程 chi:尺池 chong:充 chu:储出 chuan:船 chun:春 ci:次 cu:醋 cui:崔 cun:村 cuo:错 da:大打达
dai:带戴袋 dang:党档 dao:道 de:德 deng:灯邓 di:地第 dian:店点电 ding:丁 dong:东冬动董 dou:豆 du:度杜渡 duan:段 duo:多 er:二儿
fa:发法阀 fan:范 fang:坊房放方纺芳防 fei:肥非飞 fen:粉 feng:丰冯凤峰风 fu:傅副府服福腐附 gai:改 gan:干杆 gang:冈刚岗钢 gao:糕高 ge:格革鸽
gong:供公共工龚 gou:构沟购 gu:顾鼓 gua:瓜 guan:管馆 guang:光广 gui:桂 guo:国果郭锅 hai:海 han:涵韩 hang:航行 hao:号好浩郝
he:何合和河贺 heng:衡 hong:红 hou:侯后 hu:湖胡 hua:划化华花 huai:槐 huan:环 huang:黄 hui:慧汇烩绘辉 hun:混 huo:活火货
ji:吉急技机级计集 jia:佳加嘉家架贾 jian:剪建 jiang:匠姜江蒋酱 jiao:交教角 jie:截杰结街解 jin:巾金 jing:井景警镜静 jiu:九旧酒 ju:具剧局居聚距
juan:卷娟 jun:俊军 kai:凯开 kang:康 kao:烤靠 ke:可 keng:坑 kong:孔 kou:口 ku:库 kuan:宽 kuang:框 kun:昆 la:辣 lai:来赖
lan:兰 lao:涝老 lei:磊类雷 leng:冷 li:丽利力李沥漓澧理璃离立黎 lian:联连 liang:两亮梁粮 liao:廖料 lie:列 lin:临林 ling:玲零
liu:六刘柳榴流 long:笼龙 lou:楼 lu:卢炉路陆 lun:仑 luo:罗落逻骡 lv:吕绿 ma:码马 mao:帽毛贸 mei:梅煤 men:门 meng:孟 mi:米 mian:棉面
min:敏民 ming:名明 mo:墨磨 mu:木母 na:娜 nan:南难 nei:内 ni:泥 nian:碾 ning:宁 nong:农 pai:排 pan:潘盘 pao:泡 pen:盆
peng:彭鹏 pi:皮 pin:品 ping:平萍 pu:铺 qi:七器棋气汽祁 qian:前钱 qiang:墙强 qiao:乔桥 qin:秦 qing:庆清青 qiu:邱 qu:区曲渠
quan:全泉 qun:群 ran:染然 ren:人仁任 ri:日 rong:荣 rou:肉 ru:入 rui:瑞 san:三伞 se:色 sha:沙 shan:单山扇 shang:商
shao:烧邵 she:社设 shen:慎沈 sheng:升生盛胜 shi:十史实室市师式施石示视适食 shou:受手 shu:书属树淑蔬输 shua:刷 shuang:双 shui:水税
shun:顺 si:司四思 song:宋嵩松淞 su:塑素苏 sun:孙 suo:所 tai:台太态泰 tan:弹摊滩谭 tang:唐塘汤糖 tao:涛 te:特 ti:体梯 tian:天甜田
tie:铁 ting:亭停艇 tong:同桐通 tou:头 tu:图土 tuan:团 wa:瓦 wai:外 wan:万完湾 wang:旺汪王网 wei:为伟位卫委未维魏 wen:文温
wu:五务吴屋梧武污物 xi:席戏洗西 xia:下夏霞 xian:线鲜 xiang:巷湘相祥象降香 xiao:小晓校消萧销 xie:斜械谢鞋 xin:心新鑫 xing:兴型杏 xiong:熊
xiu:修秀 xu:徐旭虚许 xue:学薛雪 xun:巡 ya:压牙雅 yan:沿烟燕盐眼阎验 yang:杨 yao:姚药 ye:业叶 yi:一义医已意易衣 yin:印尹银阴饮 ying:婴应影英
yong:勇永 you:友幼有油游邮 yu:与于余宇榆玉育雨 yuan:元员园源苑袁远院 yue:月约 yun:云运 zai:在 zao:早枣造 zeng:曾 zhai:宅 zhan:站
zhang:张樟障 zhao:照赵 zhe:着遮 zhen:振珍诊针 zheng:政郑 zhi:制志支纸织脂至 zhong:中种钟 zhou:周洲轴 zhu:主住朱竹筑 zhuan:专砖
zhuang:状装 zi:子自资 zong:综 zou:邹
"""
_TABLE = {char: sound for sound, _, chars in (item.partition(":") for item in READINGS.split()) for char in chars}


def romanise(text: str) -> str:
    """Return the text in pinyin as one capitalised word; Latin letters and digits stay; raises KeyError on gaps."""
    sounds = [char if char.isascii() else _TABLE[char] for char in text]
    word = ""
    for sound in sounds:
        # An apostrophe keeps syllables apart where the second starts with a vowel: You'ai, Xi'an.
        word += ("'" if word and word[-1].isalpha() and sound[0] in "aoe" else "") + sound
    return word[:1].upper() + word[1:]
