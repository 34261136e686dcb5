"""How names are misheard, mistyped and written otherwise: homophones, near shapes, variants, blanks, dots, pinyin."""

from collections import defaultdict
from random import Random

from pypinyin import lazy_pinyin

from sources.synth.resources import read_csv, read_yaml

DOTS = ("•", "‧", "・", "．", ".", " ", "")


class Speller:
    """Knows for each character what it is mistaken for; one for a whole run."""

    def __init__(self) -> None:
        """Group the characters of our own tables by sound, and read the near shapes and variants."""
        tables = read_yaml("given_names.yml")
        looks = read_yaml("look_alikes.yml")
        characters = dict.fromkeys("".join(["".join(tables["male"]), "".join(tables["female"]), looks["sounds"]]))
        characters |= dict.fromkeys(row["surname"] for row in read_csv("surnames.csv") if len(row["surname"]) == 1)
        sounds: dict[str, list[str]] = defaultdict(list)
        for character in characters:
            sounds[lazy_pinyin(character)[0]].append(character)
        self._same_sound = {
            c: [o for o in group if o != c] for group in sounds.values() for c in group if len(group) > 1
        }
        self._shapes = {a: b for pair in looks["shapes"].split() for a, b in (pair, pair[::-1])}
        self._variants = {pair[0]: pair[1] for pair in looks["variants"].split()}
        self._rare = frozenset(tables["rare"])

    def misspell(self, rng: Random, name: str) -> str:
        """One character as another: by sound more often than by shape; unchanged if nothing is like it."""
        chance = rng.random()
        if chance < 0.68:
            return self._swap_sound(rng, name)
        if chance < 0.9:
            return self._swap(rng, name, self._shapes)
        return "".join(self._variants.get(character, character) for character in name)

    def _swap_sound(self, rng: Random, name: str) -> str:
        places = [place for place, character in enumerate(name) if character in self._same_sound]
        if not places:
            return name
        place = places[-1] if rng.random() < 0.6 else rng.choice(places)
        return name[:place] + rng.choice(self._same_sound[name[place]]) + name[place + 1 :]

    def _swap(self, rng: Random, name: str, table: dict[str, str]) -> str:
        places = [place for place, character in enumerate(name) if character in table]
        if not places:
            return self._swap_sound(rng, name)
        place = rng.choice(places)
        return name[:place] + table[name[place]] + name[place + 1 :]

    def hide_rare(self, rng: Random, name: str) -> str:
        """A rare character as the box or question mark of a system that lacks it, or left out."""
        substitute = rng.choice(("□", "?", "?", ""))
        return "".join(substitute if character in self._rare else character for character in name)

    def has_rare(self, name: str) -> bool:
        """Whether a character of the name is missing from common systems."""
        return not self._rare.isdisjoint(name)


def change_dot(rng: Random, name: str) -> str:
    """Another middle dot, or none."""
    return name.replace("·", rng.choice(DOTS))


def space_out(rng: Random, name: str) -> str:
    """A name of two characters set in three places."""
    return f"{name[0]}{rng.choice((' ', '  ', '　'))}{name[1:]}" if len(name) == 2 else name


def romanise(rng: Random, name: str) -> str:
    """The name in pinyin, surname first."""
    syllables = lazy_pinyin(name)
    return " ".join(syllables).upper() if rng.random() < 0.6 else " ".join(part.capitalize() for part in syllables)
