"""Rewrites a text as an instruction says: spelling, case, translation, order, length."""

import re
from collections.abc import Callable

from bot.playground.openai.turns import words

SPELLING = (
    "teh:the hte:the adn:and nad:and recieve:receive recieved:received beleive:believe wich:which "
    "whcih:which seperate:separate seperately:separately definately:definitely occured:occurred "
    "occurence:occurrence untill:until tommorow:tomorrow tomorow:tomorrow wierd:weird freind:friend "
    "freinds:friends thier:their becuase:because becasue:because alot:a_lot acommodate:accommodate "
    "accomodate:accommodate adress:address arguement:argument begining:beginning buisness:business "
    "calender:calendar collegue:colleague commitee:committee concious:conscious dissapear:disappear "
    "dissapoint:disappoint embarass:embarrass enviroment:environment existance:existence "
    "foriegn:foreign goverment:government grammer:grammar happend:happened harrass:harass "
    "immediatly:immediately independant:independent knowlege:knowledge lenght:length libary:library "
    "maintainance:maintenance mispell:misspell neccessary:necessary noticable:noticeable "
    "ocasion:occasion occassion:occasion peice:piece posession:possession prefered:preferred "
    "probaly:probably publically:publicly realy:really recomend:recommend refered:referred "
    "relevent:relevant remeber:remember rember:remember rythm:rhythm sence:sense shoud:should "
    "speach:speech succesful:successful suprise:surprise tounge:tongue truely:truly wek:week wether:whether "
    "wnat:want writting:writing yuo:you youre:you're dont:don't doesnt:doesn't didnt:didn't "
    "cant:can't wont:won't isnt:isn't im:I'm i:I ive:I've thats:that's whats:what's dya:day tpyo:typo "
    "mistkae:mistake mesage:message langauge:language exmaple:example spelng:spelling "
    "speling:spelling sentance:sentence woudl:would coudl:could taht:that wiht:with form_teh:from_the "
    "jsut:just konw:know liek:like mroe:more thna:than waht:what whta:what"
)
WORDS = re.compile(r"[A-Za-z']+")

GERMAN = (
    "the:die a:ein an:ein and:und is:ist are:sind was:war i:ich you:du we:wir he:er she:sie it:es "
    "they:sie my:mein your:dein good:gut morning:Morgen evening:Abend night:Nacht day:Tag hello:hallo "
    "world:Welt please:bitte thanks:danke yes:ja no:nein not:nicht house:Haus dog:Hund cat:Katze "
    "water:Wasser bread:Brot friend:Freund book:Buch today:heute tomorrow:morgen big:groß small:klein "
    "with:mit in:in on:auf to:zu have:habe has:hat love:liebe name:Name what:was where:wo how:wie "
    "who:wer this:dies that:das here:hier"
)
FRENCH = (
    "the:le a:un an:un and:et is:est are:sont was:était i:je you:vous we:nous he:il she:elle it:il "
    "they:ils my:mon your:votre good:bon morning:matin evening:soir night:nuit day:jour hello:bonjour "
    "world:monde please:s'il_vous_plaît thanks:merci yes:oui no:non not:pas house:maison dog:chien "
    "cat:chat water:eau bread:pain friend:ami book:livre today:aujourd'hui tomorrow:demain big:grand "
    "small:petit with:avec in:dans on:sur to:à have:ai has:a love:aime name:nom what:que where:où "
    "how:comment who:qui this:ceci that:cela"
)
SPANISH = (
    "the:el a:un an:un and:y is:es are:son was:era i:yo you:tú we:nosotros he:él she:ella it:eso "
    "they:ellos my:mi your:tu good:buen morning:mañana evening:tarde night:noche day:día hello:hola "
    "world:mundo please:por_favor thanks:gracias yes:sí no:no not:no house:casa dog:perro cat:gato "
    "water:agua bread:pan friend:amigo book:libro today:hoy tomorrow:mañana big:grande small:pequeño "
    "with:con in:en on:sobre to:a have:tengo has:tiene love:amo name:nombre what:qué where:dónde "
    "how:cómo who:quién this:esto that:eso"
)
MISSPELT = dict(pair.split(":") for pair in SPELLING.split())
TONGUES = {
    name: dict(pair.split(":") for pair in table.split())
    for name, table in (("german", GERMAN), ("french", FRENCH), ("spanish", SPANISH))
}


def replace_words(text: str, table: dict[str, str]) -> str:
    """Each word that the table has, replaced, with its capital kept; everything else as it stands."""

    def one(match: re.Match[str]) -> str:
        word = match[0]
        new = table.get(word.lower())
        if new is None:
            return word
        new = new.replace("_", " ")
        return new[0].upper() + new[1:] if word[0].isupper() else new

    return WORDS.sub(one, text)


def fix(text: str) -> str:
    """The text with its common misspellings put right and each sentence beginning with a capital."""
    fixed = replace_words(text, MISSPELT)
    return re.sub(r"(^|[.!?]\s+)([a-z])", lambda match: match[1] + match[2].upper(), fixed)


def shorten(text: str) -> str:
    """The first third of a text, at least eight words."""
    kept = text.split()
    return " ".join(kept[: max(8, len(kept) // 3)])


def translate(text: str, tongue: str) -> str:
    """The text word by word; languages that are not known here are named before the unchanged text."""
    table = TONGUES.get(tongue.lower())
    if table:
        return replace_words(text, table)
    return text if tongue.lower() == "english" else f"[{tongue.capitalize()}] {text}"


ORDERS: tuple[tuple[str, Callable[[str, re.Match[str]], str]], ...] = (
    (r"translat\w* .*?\b(?:to|into) (\w+)", lambda text, match: translate(text, match[1])),
    (
        r"(?:fix|correct|check|improve)\b.*?(?:spelling|typos?|grammar|mistakes?|errors?)",
        lambda text, _: fix(text),
    ),
    (r"(?:proofread|spell-?check)", lambda text, _: fix(text)),
    (r"(?:upper-?\s?case|all caps|capital letters)", lambda text, _: text.upper()),
    (r"lower-?\s?case", lambda text, _: text.lower()),
    (r"title case", lambda text, _: text.title()),
    (r"reverse (?:the )?(?:order of )?(?:the )?words", lambda text, _: " ".join(reversed(text.split()))),
    (r"(?:shorten|make .{0,30}shorter)", lambda text, _: shorten(text)),
    (
        r"(?:bullet(?:ed)? list|bullet points?)",
        lambda text, _: "\n".join(f"- {one}" for one in sentences(text)),
    ),
    (r"replace [\"'“]?(.+?)[\"'”]? (?:with|by) [\"'“]?([^\"'”.]+)", lambda text, m: text.replace(m[1], m[2])),
    (r"count (?:the )?words", lambda text, _: f"{len(words(text))} words"),
)


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [one.strip() for one in re.split(r"(?<=[.!?])\s+|\n+", text) if one.strip()]


def rewrite(instruction: str, text: str) -> str | None:
    """The text after the first order that the instruction holds; None when it holds none that is known."""
    for pattern, change in ORDERS:
        match = re.search(pattern, instruction, re.IGNORECASE | re.DOTALL)
        if match:
            return change(text, match)
    return None
