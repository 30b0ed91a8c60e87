"""One corpus in the scripts of the world, and what is found in it: the same, in the same order, on either database."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.markdown import clean
from search.asking import MOST_TERMS, read
from search.cards import Card, Doors
from search.engines import engine
from search.models import Entry, Kind
from search.services import cursor_of, find, finding, found_in, put_all, written
from search.words import MOST_TOKENS, runs_of

PLACE = 7
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
# The first is the oldest: found together, they come the other way round.
CORPUS = {
    "en": "The workers organised a union against forced labour; recruitment fees were banned.",
    "fr": "Les travailleuses de l’économie informelle dénoncent les frais de recrutement à la réunion du comité.",
    "es": "Las organizaciones denuncian la explotación de niños y niñas en las migraciones.",
    "pt": "As organizações de trabalhadores não aceitam a escravidão; a pensão é de todos.",
    "de": "Die Gewerkschaften fordern ein Gesetz für die Straße und die Häuser der Arbeiter.",
    "tr": "İşçiler için çocuk işçiliği ile mücadele ve Iğdır’da eğitim çok önemli bir konu.",
    "ar": "مكافحة عمالة الأَطْفَال في القرى، وحماية العمّال المهاجرين",
    "fa": "کار کودکان در کارگاه‌های قالی‌بافی یزد",
    "ru": "Работники требуют отмены сборов за трудоустройство; всё ещё нет решения.",
    "el": "Οι εργαζόμενοι στην ΟΔΟΣ Ερμού ζητούν δίκαιη αμοιβή",
    "hi": "बच्चों से मज़दूरी कराना अपराध है",
    "bn": "শিশুশ্রম বন্ধ করতে হবে",
    "zh": "我们反对强迫劳动和童工现象。",
    "ja": "児童労働をなくすためのデータ収集について",
    "ko": "아동노동을 없애기 위한 협의회",
    "th": "แรงงานเด็กและการค้ามนุษย์ต้องหมดไป",
    "he": "עבודת ילדים אסורה על פי החוק",
    "am": "የሕፃናት የጉልበት ብዝበዛ ይቁም",
    "ka": "ბავშვთა შრომა აკრძალულია",
    "mixed": "ILO Convention No. 182 (C182) · 8.7 · naïve co-operation e-mail 児童 émigré",
}
FOUND = {
    # Forms of a word, in the language of the text.
    "worker": ["en"], "organise": ["en"], "UNIONS": ["en"], "fee": ["en"], "labour recruitment": ["en"],
    "travailleuse": ["fr"], "économies": ["fr"],
    "organización": ["pt", "es"], "denunciar": ["es"], "migracion": ["es"],
    "organização": ["pt", "es"], "trabalhador": ["pt"],
    "gewerkschaft": ["de"], "hauser": ["de"], "Häuser": ["de"], "strasse": ["de"],
    "işçi": ["tr"], "igdir": ["tr"], "IĞDIR": ["tr"],
    "работник": ["ru"], "сбор": ["ru"], "все": ["ru"],
    # Accents, marks and forms of letters.
    "reunion": ["fr"], "RÉUNION": ["fr"], "economie": ["fr"], "l'economie": ["fr"], "l’économie": ["fr"],
    "ninos": ["es"], "explotacion": ["es"], "nao": ["pt"], "pensao": ["pt"], "cocuk": ["tr"], "isciligi": ["tr"],
    "الاطفال": ["ar"], "اطفال": ["ar"], "القري": ["ar"], "العمال": ["ar"], "عماله": ["ar"],
    "كودكان": ["fa"], "کودکان": ["fa"], "قاليبافى": ["fa"],
    "οδός": ["el"], "εργαζομενοι": ["el"],
    "मज़दूरी": ["hi"], "बच्चे": ["hi"], "শিশুশ্রম": ["bn"],
    # Scripts that put no space between words: anything that stands there, from one sign on.
    "强迫劳动": ["zh"], "童工": ["zh"], "工": ["zh"], "劳动童工": [], "働": ["ja"], "動": [],
    "労働": ["ja"], "児童": ["mixed", "ja"],
    "データ": ["ja"], "テータ": [], "ﾃﾞｰﾀ": ["ja"], "노동": ["ko"], "아동노동": ["ko"], "협의": ["ko"],
    "แรงงาน": ["th"], "มนุษย์": ["th"], "แรงงานเด็ก": ["th"],
    "ילדים": ["he"], "ሕፃናት": [], "የሕፃናት": ["am"], "შრომა": ["ka"],
    # Numbers and joined words.
    "182": ["mixed"], "C182": ["mixed"], "8.7": ["mixed"], "7.8": [], "naive": ["mixed"], "co-operation": ["mixed"],
    "١٨٢": ["mixed"], "e-mail": ["mixed"],
    # Phrases, exclusions, beginnings.
    '"forced labour"': ["en"], '"labour forced"': [], "“recruitment fees”": ["en"], '"recruitment fee"': [],
    "recrutement": ["fr"], "recrutement -comité": [], "recrutement -union": ["fr"], 'recruitment -"forced labour"': [],
    "recruit*": ["en"], "trav*": ["fr"], "trava": [], "emi*": ["mixed"],
    "recruitment 8.7": [], "-recruitment": [], "": [], " ": [], '"': [], "-": [], "*": [], "…": [], "🙂": [],
    # Nothing that is typed is an operator.
    "AND": [], "union OR recrutement": [], "NEAR(union labour)": [], "words:union": [], "union & labour | fees": ["en"],
    "union:*": ["en"], "'union'": ["en"], "(union)": ["en"], "!union": ["en"], "union <-> labour": ["en"],
    "^union": ["en"], "union\\": ["en"], "un\x00ion": ["en"], "~worker": ["en"], "=union": ["en"],
}  # fmt: skip


@pytest.fixture
def corpus(db):
    """Every text, a minute after the one before."""
    put_all(
        Card(kind=Kind.THREAD, object_id=number, place=PLACE, moment=BEGINNING + timedelta(minutes=number), body=text)
        for number, text in enumerate(CORPUS.values())
    )
    return dict(enumerate(CORPUS))


@pytest.fixture
def everything(monkeypatch):
    """A door that lets through to the place of the corpus: who may read what is told elsewhere."""
    from search.services import finding

    source = finding.sources()[Kind.THREAD]
    opened = type(source)(
        label=source.label,
        rows=source.rows,
        cards=source.cards,
        doors=lambda reader: Doors(everywhere=True),
        show=source.show,
    )
    monkeypatch.setattr(finding, "sources", lambda: {Kind.THREAD: opened})


@pytest.mark.parametrize("query", FOUND)
def test_the_corpus_answers_alike_on_every_database(corpus, everything, query):
    page = find(read(query), AnonymousUser())
    assert [corpus[one.object_id] for one in page.found] == FOUND[query]
    assert sum(page.counts.values()) == len(FOUND[query])


def test_what_is_called_so_comes_first_then_titles_then_the_newest(db, everything):
    cards = [
        ("Fees", ""),
        ("Recruitment fees", ""),
        ("", "Fees"),
        ("Old", "fees fees fees"),
        ("Fee", ""),
        ("Fees", ""),
    ]
    put_all(
        Card(
            kind=Kind.THREAD,
            object_id=number,
            place=PLACE,
            moment=BEGINNING + timedelta(minutes=number),
            title=title,
            body=body,
        )
        for number, (title, body) in enumerate(cards)
    )
    assert [one.object_id for one in find(read("fees"), AnonymousUser()).found] == [5, 0, 4, 1, 3, 2]


def test_pages_follow_each_other_whatever_comes_meanwhile(db, everything):
    def put(*numbers):
        put_all(
            Card(
                kind=Kind.THREAD, object_id=one, place=PLACE, moment=BEGINNING + timedelta(minutes=one), body="cotton"
            )
            for one in numbers
        )

    put(*range(45))
    first = find(read("cotton"), AnonymousUser())
    put(100, 101)
    second = find(read("cotton"), AnonymousUser(), after=first.next)
    third = find(read("cotton"), AnonymousUser(), after=second.next)
    assert [one.object_id for page in (first, second, third) for one in page.found] == list(range(44, -1, -1))
    assert (len(first.found), len(second.found), third.next) == (20, 20, None)
    assert third.counts == {Kind.THREAD: 47}


def test_of_very_many_those_that_came_last_are_listed_once_each_whatever_comes_meanwhile(db, everything, monkeypatch):
    def put(*numbers):
        put_all(
            Card(
                kind=Kind.THREAD,
                object_id=one,
                place=PLACE,
                moment=BEGINNING + timedelta(minutes=one),
                title="Cotton" if one == 1 else "Cotton mills" if one in {2, 40} else "",
                body="cotton",
            )
            for one in numbers
        )

    monkeypatch.setattr(finding, "MOST", 45)
    put(*range(45))
    assert [one.object_id for one in find(read("cotton"), AnonymousUser()).found][:5] == [1, 40, 2, 44, 43]
    assert not find(read("cotton"), AnonymousUser()).at_least
    put(*range(45, 70))
    pages, meanwhile = [find(read("cotton"), AnonymousUser())], 100
    while pages[-1].next:
        put(meanwhile)
        meanwhile += 1
        pages.append(find(read("cotton"), AnonymousUser(), after=cursor_of(written(pages[-1].next))))
    # What has the word in its title is never too old; it stands first, as among few.
    assert [one.object_id for page in pages for one in page.found] == [
        1,
        40,
        2,
        *range(69, 40, -1),
        *range(39, 24, -1),
    ]
    assert all((page.at_least, page.is_bounded) == (True, True) for page in pages)
    assert pages[0].counts == {Kind.THREAD: 47}
    few = find(read("cotton mills"), AnonymousUser())
    assert (few.counts, few.at_least, few.is_bounded) == ({Kind.THREAD: 2}, False, False)


def test_a_long_text_is_found_to_its_end(db):
    words = [f"w{number}" for number in range(MOST_TOKENS + 2000)]
    put_all([Card(kind=Kind.THREAD, object_id=1, place=PLACE, moment=BEGINNING, body=" ".join(words))])
    put_all([Card(kind=Kind.THREAD, object_id=2, place=PLACE, moment=BEGINNING, body="same " * 3000 + "other end")])

    def ids(query):
        return found_in(Kind.THREAD, PLACE, read(query), floor=0, below=1, limit=9)

    assert ids(words[-1]) == ids(words[0]) == [1]
    assert ids('"w5 w6"') == [1]
    # Far in, words are no neighbours any more, on either database.
    assert ids(f'"{words[-2]} {words[-1]}"') == []
    assert ids("same") == ids('"same same"') == ids('"other end"') == [2]


def test_what_is_put_again_is_found_by_its_new_words_alone(db):
    def ids(query):
        return found_in(Kind.THREAD, PLACE, read(query), floor=0, below=1, limit=9)

    card = Card(kind=Kind.THREAD, object_id=1, place=PLACE, moment=BEGINNING, body="Drying fish")
    put_all([card])
    put_all([Card(kind=Kind.THREAD, object_id=1, place=PLACE, moment=BEGINNING, body="Smoking fish")])
    assert (ids("drying"), ids("smoke"), ids("fish")) == ([], [1], [1])
    Entry.objects.all().delete()
    assert ids("fish") == []
    engine().tidy()
    put_all([card])
    assert (ids("dry"), ids("smoke")) == ([1], [])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_any_text_is_found_by_each_of_its_words_and_by_itself(db, text):
    text = clean(text)
    put_all([Card(kind=Kind.THREAD, object_id=1, place=PLACE, moment=BEGINNING, title=text, body=text)])

    def finds(query):
        return found_in(Kind.THREAD, PLACE, read(query), floor=0, below=1, limit=9) == [1]

    # Of a sign that is several, as ¼ is, each run is written by all of it.
    alone = (run for run in runs_of(text) if [one.folded for one in runs_of(run.lower)] == [run.folded])
    for run in list(alone)[:5]:
        assert finds(run.lower), run
        assert finds(f'"{run.lower}"'), run
    asked = read(text)
    assert len(asked.needed) + len(asked.excluded) <= MOST_TERMS
    if asked and not asked.excluded:
        assert finds(text)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=80) | st.text(alphabet="\"-*()~=_:^\\&|!<>' abאل児ก", max_size=40))
def test_any_query_is_answered(db, everything, query):
    assert find(read(query), AnonymousUser()).counts == {}
