"""Answers as mail programs send them, written by us after their manner: what stands in them, and what their sender wrote.

The quotation is of a letter of ours, with the line above which one writes, or of another mail, without it.
"""

# ruff: noqa: E501 - mails stand here as they come

LINE = "=-=-= Write your answer above this line =-=-="
QUOTED = f"> {LINE}\n>\n> Lina Okafor wrote in “Cocoa prices”:\n>\n> What do you see?\n"
PLAIN = "Lina Okafor wrote in “Cocoa prices”:\n\nWhat do you see?\n"
BARE = "> What do you see?\n> Tell us by Friday.\n"

# name: (text, what was written)
TEXTS = {
    # --- English
    "gmail, en": (
        f"We see the same.\n\nMarco\n\nOn Mon, 3 Mar 2025 at 10:11, Action Groups <reply-c-b-x@mail.example.org>\nwrote:\n\n{QUOTED}",
        "We see the same.\n\nMarco",
    ),
    "gmail, en, no line of ours": (
        f"We see the same.\n\nOn Mon, Mar 3, 2025 at 10:11 AM Lina <lina@example.org> wrote:\n\n{BARE}",
        "We see the same.",
    ),
    "apple mail, en": (
        f"We see the same.\n\n> On 3 Mar 2025, at 10:11, Lina Okafor <lina@example.org> wrote:\n> \n{BARE}",
        "We see the same.",
    ),
    "thunderbird, en, below": (
        f"On 3/3/25 10:11, Lina Okafor wrote:\n{BARE}\nWe see the same.\n\n-- \nMarco Silva\nWeavers’ Union\n",
        "We see the same.",
    ),
    "thunderbird, en, between": (
        "On 3/3/25 10:11, Lina Okafor wrote:\n> What do you see?\n\nThe same.\n\n> Until when?\n\nUntil Friday.\n",
        "> What do you see?\n\nThe same.\n\n> Until when?\n\nUntil Friday.",
    ),
    "outlook, en": (
        "We see the same.\n\nMarco\n\n________________________________\nFrom: Action Groups <reply-c-b-x@mail.example.org>\n"
        f"Sent: Monday, March 3, 2025 10:11 AM\nTo: Marco Silva <member@example.org>\nSubject: Cocoa prices\n\n{LINE}\n{PLAIN}",
        "We see the same.\n\nMarco",
    ),
    "outlook, en, old": (
        "We see the same.\n\n-----Original Message-----\nFrom: Lina Okafor [mailto:lina@example.org]\nSent: 03 March 2025 10:11\n"
        f"To: Marco\nSubject: Cocoa\n\n{PLAIN}",
        "We see the same.",
    ),
    "outlook on a telephone, en": (
        "We see the same.\n\nGet Outlook for iOS<https://aka.example/o0ukef>\n________________________________\n"
        f"From: Lina <lina@example.org>\nSent: Monday, March 3, 2025 10:11:12 AM\nTo: Marco\nSubject: Cocoa\n\n{PLAIN}",
        "We see the same.",
    ),
    "yahoo, en": (
        "We see the same.\n\nSent from Yahoo Mail for iPhone\n\n\n"
        f"On Monday, March 3, 2025, 10:11 AM, Lina Okafor <lina@example.org> wrote:\n\n{PLAIN}",
        "We see the same.",
    ),
    "iphone, en": (f"We see the same.\n\nSent from my iPhone\n\n{QUOTED}", "We see the same."),
    "android, en": (
        f"We see the same. Sent the file by mail.\n\nSent from my Galaxy\n\n{QUOTED}",
        "We see the same. Sent the file by mail.",
    ),
    "only our line": (f"We see the same.\n\n{LINE}\n\n{PLAIN}", "We see the same."),
    "below our line all the same": (f"{QUOTED}\nWe see the same.\n", "We see the same."),
    "somebody's own words": (
        "On this my colleague wrote: nothing yet.\nFrom here on: we wait.\n",
        "On this my colleague wrote: nothing yet.  \nFrom here on: we wait.",
    ),
    # --- French
    "gmail, fr": (
        f"Nous voyons la même chose.\n\nLe lun. 3 mars 2025 à 10:11, Action Groups <reply-c-b-x@mail.example.org> a\nécrit :\n\n{QUOTED}",
        "Nous voyons la même chose.",
    ),
    "apple mail, fr": (
        f"Nous voyons la même chose.\n\nEnvoyé de mon iPhone\n\n> Le 3 mars 2025 à 10:11, Lina Okafor <lina@example.org> a écrit :\n> \n{BARE}",
        "Nous voyons la même chose.",
    ),
    "thunderbird, fr": (
        f"Nous voyons la même chose.\n\nLe 03/03/2025 à 10:11, Lina Okafor a écrit :\n{BARE}\n-- \nMarc\n",
        "Nous voyons la même chose.",
    ),
    "outlook, fr": (
        "Nous voyons la même chose.\n\nCordialement,\nMarc\n\nDe : Lina Okafor <lina@example.org>\nEnvoyé : lundi 3 mars 2025 10:11\n"
        f"À : Marc Silva <member@example.org>\nObjet : Prix du cacao\n\n{PLAIN}",
        "Nous voyons la même chose.\n\nCordialement,  \nMarc",
    ),
    "outlook on a telephone, fr": (
        "Nous voyons la même chose.\n\nTéléchargez Outlook pour Android\n________________________________\n"
        f"De : Lina <lina@example.org>\nEnvoyé : Monday, March 3, 2025 10:11:12 AM\nÀ : Marc\nObjet : Cacao\n\n{PLAIN}",
        "Nous voyons la même chose.",
    ),
    "orange, fr": (
        f"Nous voyons la même chose.\n\n----- Message d'origine -----\nDe : Lina\nDate : 3 mars 2025\nObjet : Cacao\n\n{PLAIN}",
        "Nous voyons la même chose.",
    ),
    # --- Spanish
    "gmail, es": (
        f"Vemos lo mismo.\n\nEl lun, 3 mar 2025 a las 10:11, Action Groups (<reply-c-b-x@mail.example.org>)\nescribió:\n\n{QUOTED}",
        "Vemos lo mismo.",
    ),
    "apple mail, es": (
        f"Vemos lo mismo.\n\nEnviado desde mi iPhone\n\n> El 3 mar 2025, a las 10:11, Lina Okafor <lina@example.org> escribió:\n> \n{BARE}",
        "Vemos lo mismo.",
    ),
    "outlook, es": (
        "Vemos lo mismo.\n\nDe: Lina Okafor <lina@example.org>\nEnviado el: lunes, 3 de marzo de 2025 10:11\nPara: Marco\n"
        f"Asunto: Cacao\n\n{PLAIN}",
        "Vemos lo mismo.",
    ),
    "yahoo, es": (
        "Vemos lo mismo.\n\nEnviado desde Yahoo Mail con Android\n\n"
        f"El lun., mar. 3, 2025 a la(s) 10:11, Lina Okafor <lina@example.org> escribió:\n{PLAIN}",
        "Vemos lo mismo.",
    ),
    "thunderbird, es": (
        f"Vemos lo mismo.\n\nEl 03/03/2025 a las 10:11, Lina Okafor escribió:\n{BARE}",
        "Vemos lo mismo.",
    ),
    # --- German
    "gmail, de": (
        f"Hier ist es ebenso.\n\nAm Mo., 3. März 2025 um 10:11 Uhr schrieb Action Groups <\nreply-c-b-x@mail.example.org>:\n\n{QUOTED}",
        "Hier ist es ebenso.",
    ),
    "thunderbird, de": (
        f"Hier ist es ebenso.\n\nAm 03.03.25 um 10:11 schrieb Lina Okafor:\n{BARE}\n-- \nKarin\n",
        "Hier ist es ebenso.",
    ),
    "outlook, de": (
        "Hier ist es ebenso.\n\nVon: Lina Okafor <lina@example.org>\nGesendet: Montag, 3. März 2025 10:11\nAn: Karin\n"
        f"Betreff: Kakao\n\n{PLAIN}",
        "Hier ist es ebenso.",
    ),
    "iphone, de": (
        f"Hier ist es ebenso.\n\nVon meinem iPhone gesendet\n\n> Am 03.03.2025 um 10:11 schrieb Lina <lina@example.org>:\n> \n{BARE}",
        "Hier ist es ebenso.",
    ),
    "gmx, de": (
        f'Hier ist es ebenso.\n\nGesendet: Montag, 03. März 2025 um 10:11 Uhr\nVon: "Lina" <lina@example.org>\nAn: karin@example.org\nBetreff: Kakao\n{PLAIN}',
        "Hier ist es ebenso.",
    ),
    # --- Portuguese
    "gmail, pt": (
        f"Vemos o mesmo.\n\nAction Groups <reply-c-b-x@mail.example.org> escreveu (segunda, 3/03/2025 à(s) 10:11):\n\n{QUOTED}",
        "Vemos o mesmo.",
    ),
    "gmail, pt-br": (
        f"Vemos o mesmo.\n\nEm seg., 3 de mar. de 2025 às 10:11, Action Groups <\nreply-c-b-x@mail.example.org> escreveu:\n\n{QUOTED}",
        "Vemos o mesmo.",
    ),
    "outlook, pt": (
        "Vemos o mesmo.\n\nObter o Outlook para iOS\n________________________________\nDe: Lina <lina@example.org>\n"
        f"Enviado: segunda-feira, 3 de março de 2025 10:11\nPara: Marco\nAssunto: Cacau\n\n{PLAIN}",
        "Vemos o mesmo.",
    ),
    "iphone, pt": (
        f"Vemos o mesmo.\n\nEnviado do meu iPhone\n\n> No dia 03/03/2025, às 10:11, Lina <lina@example.org> escreveu:\n> \n{BARE}",
        "Vemos o mesmo.",
    ),
    # --- Arabic
    "gmail, ar": (
        f"نرى الشيء نفسه.\n\nفي الاثنين، 3 مارس 2025 في 10:11 ص، كتب ‪Action Groups‬‏ <‪reply-c-b-x@mail.example.org‬‏>:‬\n\n{QUOTED}",
        "نرى الشيء نفسه.",
    ),
    "outlook, ar": (
        "نرى الشيء نفسه.\n\nمن: لينا <lina@example.org>\nتم الإرسال: الاثنين 3 مارس 2025 10:11\nإلى: ماركو\n"
        f"الموضوع: الكاكاو\n\n{PLAIN}",
        "نرى الشيء نفسه.",
    ),
    "iphone, ar": (
        f"نرى الشيء نفسه.\n\nأرسلت من الـ iPhone\n\n> في ٣ مارس ٢٠٢٥، الساعة ١٠:١١ ص، كتب لينا <lina@example.org>:\n> \n{BARE}",
        "نرى الشيء نفسه.",
    ),
    # --- The same programs in the other languages
    "outlook on the web, en": (
        f"We see the same.\n________________________________\nFrom: Lina Okafor <lina@example.org>\nSent: 03 March 2025 10:11\nTo: Marco Silva <member@example.org>\nCc: Olga <olga@example.org>\nSubject: Re: Cocoa\n\n{PLAIN}",
        "We see the same.",
    ),
    "outlook on the web, fr": (
        f"Nous voyons la même chose.\n________________________________\nDe : Lina <lina@example.org>\nEnvoyé : lundi 3 mars 2025 10:11\nÀ : Marc <marc@example.org>\nCc : Olga <olga@example.org>\nObjet : RE: Cacao\n\n{PLAIN}",
        "Nous voyons la même chose.",
    ),
    "samsung, fr": (
        f"Nous voyons la même chose.\n\nEnvoyé depuis mon appareil Galaxy\n\n-------- Message d'origine --------\nDe : Lina <lina@example.org>\nDate : 03/03/2025 10:11 (GMT+01:00)\nÀ : Marc <marc@example.org>\nObjet : Cacao\n\n{PLAIN}",
        "Nous voyons la même chose.",
    ),
    "outlook on the web, es": (
        f"Vemos lo mismo.\n________________________________\nDe: Lina <lina@example.org>\nEnviado: lunes, 3 de marzo de 2025 10:11\nPara: Marco <m@example.org>\nCC: Olga <olga@example.org>\nAsunto: Re: Cacao\n\n{PLAIN}",
        "Vemos lo mismo.",
    ),
    "outlook on a telephone, es": (
        f"Vemos lo mismo.\n\nObtener Outlook para Android\n________________________________\nDe: Lina <lina@example.org>\nEnviado: Monday, March 3, 2025 10:11:12 AM\nPara: Marco\nAsunto: Cacao\n\n{PLAIN}",
        "Vemos lo mismo.",
    ),
    "samsung, es": (
        f"Vemos lo mismo.\n\nEnviado desde mi Galaxy\n\n-------- Mensaje original --------\nDe: Lina <lina@example.org>\nFecha: 3/3/25 10:11 (GMT+01:00)\nPara: Marco <m@example.org>\nAsunto: Cacao\n\n{PLAIN}",
        "Vemos lo mismo.",
    ),
    "outlook on the web, de": (
        f"Hier ist es ebenso.\n________________________________\nVon: Lina <lina@example.org>\nGesendet: Montag, 3. März 2025 10:11\nAn: Karin <k@example.org>\nCc: Olga <olga@example.org>\nBetreff: AW: Kakao\n\n{PLAIN}",
        "Hier ist es ebenso.",
    ),
    "outlook on a telephone, de": (
        f"Hier ist es ebenso.\n\nHolen Sie sich Outlook für iOS\n________________________________\nVon: Lina <lina@example.org>\nGesendet: Montag, März 3, 2025 10:11 AM\nAn: Karin\nBetreff: Kakao\n\n{PLAIN}",
        "Hier ist es ebenso.",
    ),
    "apple mail, de": (
        f"Hier ist es ebenso.\n\n> Am 03.03.2025 um 10:11 schrieb Lina Okafor <lina@example.org>:\n> \n{BARE}",
        "Hier ist es ebenso.",
    ),
    "samsung, de": (
        f"Hier ist es ebenso.\n\nVon meinem Galaxy gesendet\n\n-------- Ursprüngliche Nachricht --------\nVon: Lina <lina@example.org>\nDatum: 03.03.25 10:11 (GMT+01:00)\nAn: Karin <k@example.org>\nBetreff: Kakao\n\n{PLAIN}",
        "Hier ist es ebenso.",
    ),
    "outlook on the web, pt": (
        f"Vemos o mesmo.\n________________________________\nDe: Lina <lina@example.org>\nEnviado: 3 de março de 2025 10:11\nPara: Marco <m@example.org>\nCc: Olga <olga@example.org>\nAssunto: Re: Cacau\n\n{PLAIN}",
        "Vemos o mesmo.",
    ),
    "apple mail, pt": (
        f"Vemos o mesmo.\n\n> Lina Okafor <lina@example.org> escreveu no dia 03/03/2025, às 10:11:\n> \n{BARE}",
        "Vemos o mesmo.",
    ),
    "thunderbird, pt": (
        f"Vemos o mesmo.\n\nEm 03/03/2025 10:11, Lina Okafor escreveu:\n{BARE}\n-- \nMarco\n",
        "Vemos o mesmo.",
    ),
    "thunderbird, pt, às": (
        f"Vemos o mesmo.\n\nÀs 10:11 de 03/03/2025, Lina Okafor escreveu:\n{BARE}",
        "Vemos o mesmo.",
    ),
    "samsung, pt": (
        f"Vemos o mesmo.\n\nEnviado do meu Galaxy\n\n-------- Mensagem original --------\nDe : Lina <lina@example.org>\nData: 03/03/25 10:11 (GMT+00:00)\nPara: Marco <m@example.org>\nAssunto: Cacau\n\n{PLAIN}",
        "Vemos o mesmo.",
    ),
    "gmail, ar, no line of ours": (
        f"نرى الشيء نفسه.\n\nفي الاثنين، ٣ مارس ٢٠٢٥ في ١٠:١١ ص تمت كتابة ما يلي بواسطة Lina <lina@example.org>:\n\n{BARE}",
        "نرى الشيء نفسه.",
    ),
    "outlook on the web, ar": (
        f"نرى الشيء نفسه.\n________________________________\nمن: لينا <lina@example.org>\nتم الإرسال: الاثنين، ٣ مارس، ٢٠٢٥ ١٠:١١ ص\nإلى: ماركو <m@example.org>\nنسخة: أولغا <olga@example.org>\nالموضوع: رد: الكاكاو\n\n{PLAIN}",
        "نرى الشيء نفسه.",
    ),
    "outlook on a telephone, ar": (
        f"نرى الشيء نفسه.\n\nالحصول على Outlook لـ iOS\n________________________________\nمن: لينا <lina@example.org>\nتم الإرسال: الاثنين، مارس 3، 2025 10:11 ص\nإلى: ماركو\nالموضوع: الكاكاو\n\n{PLAIN}",
        "نرى الشيء نفسه.",
    ),
    "thunderbird, ar": (
        f"نرى الشيء نفسه.\n\nفي ٣‏/٣‏/٢٠٢٥ ١٠:١١، كتب لينا عكافور:\n{BARE}\n-- \nماركو\n",
        "نرى الشيء نفسه.",
    ),
    "samsung, ar": (
        f"نرى الشيء نفسه.\n\nأُرسلت من هاتف Galaxy\n\n-------- الرسالة الأصلية --------\nمن: لينا <lina@example.org>\nالتاريخ: ٣/٣/٢٠٢٥ ١٠:١١\nإلى: ماركو <m@example.org>\nالموضوع: الكاكاو\n\n{PLAIN}",
        "نرى الشيء نفسه.",
    ),
    # --- What people write
    "lists and lines": (
        "Three things:\n- one\n- two\n1. first\n\nKarin\nUnion\n",
        "Three things:\n\n- one\n- two\n1. first\n\nKarin  \nUnion",
    ),
    "wrapped": (
        "This line was broken by a program because it is as long as they\nlet lines be, and it goes on here.\n",
        "This line was broken by a program because it is as long as they\nlet lines be, and it goes on here.",
    ),
    "a signature that is none": ("Yes\n-- \n" + "More.\n" * 20, "Yes  \n\n--  \n" + "  \n".join(["More."] * 20)),
}

# HTML only: (html, what was written)
HTMLS = {
    "gmail": (
        '<div dir="ltr">We see <b>the same</b>.<div><br></div><div>Marco</div></div><br><div class="gmail_quote gmail_quote_container">'
        '<div dir="ltr" class="gmail_attr">On Mon, 3 Mar 2025 Lina wrote:<br></div><blockquote class="gmail_quote">What?</blockquote></div>',
        "We see **the same**.\n\nMarco",
    ),
    "outlook": (
        '<html><head><style>p.MsoNormal{margin:0}</style></head><body><div class="WordSection1"><p class="MsoNormal">We see the same.</p>'
        '<p class="MsoNormal"><o:p>&nbsp;</o:p></p></div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg" dir="ltr">'
        "<b>From:</b> Lina<br><b>Sent:</b> Monday<br></div><div>What do you see?</div></body></html>",
        "We see the same.",
    ),
    "outlook for the desktop": (
        '<div class="WordSection1"><p>We see the same.</p><div style="border-top:solid"><p><b>Von:</b> Lina &lt;lina@example.org&gt;<br>'
        "<b>Gesendet:</b> Montag, 3. März 2025<br><b>An:</b> Karin<br><b>Betreff:</b> Kakao</p></div><p>What?</p></div>",
        "We see the same.",
    ),
    "apple mail": (
        '<body>Nous voyons la même chose.<br><div><br><blockquote type="cite"><div>Le 3 mars 2025 à 10:11, Lina a écrit :</div>'
        "<div>Quoi ?</div></blockquote></div></body>",
        "Nous voyons la même chose.",
    ),
    "thunderbird": (
        '<p>Vemos lo mismo.</p><div class="moz-cite-prefix">El 3/3/25 a las 10:11, Lina escribió:<br></div>'
        '<blockquote type="cite" cite="mid:x@y">¿Qué?</blockquote><pre class="moz-signature">-- \nMarco</pre>',
        "Vemos lo mismo.",
    ),
    "yahoo": (
        '<div class="ydp1yahoo-style-wrap"><div>Vemos o mesmo.</div></div><div id="ydp2yahoo_quoted_123" class="yahoo_quoted">Em segunda</div>',
        "Vemos o mesmo.",
    ),
    "arabic": ('<div dir="rtl">نرى <i>الشيء</i> نفسه.</div>', "نرى *الشيء* نفسه."),
    "what could run": (
        "<script>alert(1)</script><p onclick=alert(1)>Hello <a href='javascript:alert(1)'>here</a>"
        "<img src=x onerror=alert(1)> <a href='https://example.org/a'>there</a> &lt;script&gt;</p>",
        "Hello here [there](https://example.org/a) \\<script\\>",
    ),
    "lists": (
        "<p>Three:</p><ul><li>one</li><li>two<ul><li>in two</li></ul></li></ul><ol><li>first</li></ol>",
        "Three:\n\n- one\n- two\n  - in two\n1. first",
    ),
    "signs of markdown": ("<p># 1. *a* _b_ [c](d) `e`</p>", "\\# 1. \\*a\\* \\_b\\_ \\[c\\](d) \\`e\\`"),
}
