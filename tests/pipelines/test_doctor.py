"""What the kernel tells of the disk below a home."""

import os

from pipelines.doctor import _is_encrypted


def device(folder, number, uuid=None, below=()):
    block = folder / f"253:{number}"
    (block / "slaves").mkdir(parents=True)
    if uuid:
        (block / "dm").mkdir()
        (block / "dm" / "uuid").write_text(uuid)
    for each in below:
        (block / "slaves" / f"dm-{each}").mkdir()
        (block / "slaves" / f"dm-{each}" / "dev").write_text(f"253:{each}\n")


def test_a_volume_on_an_encrypted_disk_is_encrypted(tmp_path):
    device(tmp_path, 0, "CRYPT-LUKS2-abc-luks")
    device(tmp_path, 1, "LVM-abc", below=[0])
    device(tmp_path, 2, "LVM-abc", below=[3])
    device(tmp_path, 3)
    told = [_is_encrypted(os.makedev(253, number), tmp_path) for number in range(5)]
    assert told == [True, True, False, False, None]
