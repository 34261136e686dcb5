"""Codes, texts, Latin names and addresses, case by case."""

import pytest

_CASES = {
    "exact": [("a", "a", "equal"), ("a", "A", "different")],
    "code": [
        ("SW1A 1AA", "sw1a1aa", "equal"),
        ("010-6552 9988", "01065529988", "equal"),
        ("13800138000", "13800138001", "one_slip"),
        ("13800138000", "1380013800", "one_slip"),
        ("13800138000", "13800130800", "one_slip"),
        ("0555567", "555567", "one_slip"),
        ("12", "13", "one_slip"),
        ("1", "2", "different"),
        ("123456", "124357", "two_slips"),
        ("12345", "12467", "different"),
        ("13800138000", "13911139000", "different"),
        ("7", "7", "equal"),
    ],
    "text": [
        ("Acme Ltd", "ACME  Ltd.", "equal"),
        ("Zoë", "zoe", "equal"),
        ("ＡＢＣ", "abc", "equal"),
        ("Acme Limited", "Acme Limted", "near"),
        ("Warehouse North", "Warehouse Nroth", "near"),
        ("北京大学", "北京大字", "near"),
        ("New York City Hall", "NewYorkCityHall", "near"),
        ("John Smith", "Smith John", "similar"),
        ("Dublin", "Berlin", "alike"),
        ("CA", "GA", "different"),
        ("teacher", "bricklayer", "different"),
    ],
    "latin_name": [
        ("O'Brien", "OBRIEN", "equal"),
        ("Müller", "Muller", "equal"),
        ("Smith", "Smyth", "near_spelling"),
        ("Martha", "Marhta", "near_spelling"),
        ("Mary Ann", "Maryann", "near_spelling"),
        ("John Smith", "Smith, John", "near_spelling"),
        ("J", "John", "nickname_or_initial"),
        ("Rob", "Robert", "nickname_or_initial"),
        ("Peggy", "Margaret", "nickname_or_initial"),
        ("J Smith", "John Smith", "nickname_or_initial"),
        ("Bob Smith", "Robert Smith", "nickname_or_initial"),
        ("Bob Smith", "Robert Jones", "different"),
        ("Phillip", "Filip", "same_sound"),
        ("Wright", "Rite", "same_sound"),
        ("Dwayne", "Duane", "same_sound"),
        ("Jones", "Johnson", "alike"),
        ("Lee", "Leo", "alike"),
        ("Green", "Brown", "different"),
    ],
    "address": [
        ("文三路12号 3幢", "文三路１２号3幢", "equal"),
        ("浙江省杭州市文三路12号3幢2单元501室", "文三路12号3号楼2单元501", "same_door"),
        ("翠苑小区三号楼2单元501", "翠苑小区3-2-501", "same_door"),
        ("12 Main St", "12 Main Street", "same_door"),
        ("Flat 3, 12 High Road", "12 High Road, Flat 3", "same_door"),
        ("文三路12号3幢", "文三路12号4幢", "same_building"),
        ("文三路12号", "文三路12号3幢501", "same_building"),
        ("文三路12号", "文三路13号", "same_place"),
        ("文三路", "文三路12号", "same_place"),
        ("12 Main St", "14 Main St", "same_place"),
        ("浙江省杭州市西湖区文三路", "浙江省杭州市西湖区文二路", "similar"),
        ("文三路12号", "学院路12号", "different"),
        ("12 Main St", "Hill Farm", "different"),
        ("不详", "文三路12号", "neutral"),
        ("同上", "同上", "neutral"),
        ("文三路12号", "文三路12号", "equal"),
    ],
}


@pytest.mark.parametrize(
    ("kind", "left", "right", "expected"), [(kind, *case) for kind, cases in _CASES.items() for case in cases]
)
def test_level(level, kind: str, left: str, right: str, expected: str) -> None:
    assert level(kind, left, right) == expected
