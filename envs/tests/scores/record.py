"""Makes the files of this folder, and records their notes with independent readers.

pip install mido music21 PyGuitarPro; python record.py

Beside every FILE stands FILE.notes.json: for each track by its number the notes as [beat, duration, pitch], from mido for
MIDI, music21 for MusicXML and PyGuitarPro for Guitar Pro, with repeats played and ties joined, and the tempos as [beat,
beats per minute].
"""

import json
import warnings
from pathlib import Path

import guitarpro
import mido
import music21

FOLDER = Path(__file__).parent
warnings.simplefilter("ignore")


# MIDI


def message(kind, time, **values):
    return mido.Message(kind, time=time, **values)


def track(name, *events):
    made = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
    made.extend(events)
    return made


def notes(events, channel=0):
    """Messages of (onset, duration, pitch) in ticks."""
    ends = [(on + length, 0, pitch) for on, length, pitch in events]
    begins = [(on, 1, pitch) for on, _, pitch in events]
    now, made = 0, []
    for when, begin, pitch in sorted(ends + begins):
        kind = "note_on" if begin else "note_off"
        made.append(message(kind, when - now, note=pitch, velocity=70, channel=channel))
        now = when
    return made


def save(name, tracks, **header):
    file = mido.MidiFile(ticks_per_beat=480, **header)
    file.tracks.extend(tracks)
    file.save(FOLDER / name)


def make_midi():
    tempo, meter = mido.MetaMessage, mido.MetaMessage
    conductor = track(
        "conductor",
        meter("time_signature", numerator=3, denominator=4, time=0),
        tempo("set_tempo", tempo=500_000, time=0),
        tempo("set_tempo", tempo=750_000, time=1440),
        tempo("set_tempo", tempo=400_000, time=700),
    )
    melody = track("melody", *notes([(0, 480, 64), (480, 240, 65), (720, 240, 67), (1440, 960, 69), (2640, 240, 60)]))
    bass = track("bass", *notes([(0, 1440, 40), (1440, 1440, 45)], 1))
    drums = track("drums", *notes([(0, 240, 36), (480, 240, 38)], 9))
    save("tracks.mid", [conductor, melody, bass, drums], type=1)

    both = notes([(0, 480, 64), (480, 480, 62), (960, 480, 60)]) + [message("program_change", 0, program=24, channel=2)]
    merged = mido.merge_tracks([mido.MidiTrack(both), mido.MidiTrack(notes([(0, 960, 43), (960, 480, 48)], 2))])
    save("channels.mid", [merged], type=0)

    triplets = [(160 * index, 160, 60 + index) for index in range(6)]
    fifths = [(960 + 96 * index, 96, 70 + index) for index in range(5)]
    chord = [(1920, 480, pitch) for pitch in (60, 64, 67)]
    dotted = [(2400, 720, 64), (3120, 240, 62)]
    save("tuplets-and-chords.mid", [track("guitar", *notes(triplets + fifths + chord + dotted))], type=1)

    meters = track(
        "meters",
        meter("time_signature", numerator=4, denominator=4, time=0),
        meter("time_signature", numerator=7, denominator=8, time=1920),
        meter("time_signature", numerator=3, denominator=4, time=1680),
    )
    line = track("line", *notes([(240 * index, 240, 50 + index % 12) for index in range(27)]))
    save("meters.mid", [meters, line], type=1)

    # A key struck again before it is let go, notes of no length, and one that is never let go.
    again = track(
        "again",
        message("note_on", 0, note=60, velocity=70),
        message("note_on", 240, note=60, velocity=70),
        message("note_off", 240, note=60),
        message("note_off", 240, note=60),
        message("note_on", 240, note=62, velocity=70),
        message("note_on", 0, note=62, velocity=0),
        message("note_on", 480, note=64, velocity=70),
        mido.MetaMessage("end_of_track", time=960),
    )
    save("restruck.mid", [again], type=1)

    # Running status by hand: one status byte, note-ons of velocity 0 for note-offs, a sysex in between and a long delta.
    events = bytes([0x00, 0x90, 60, 70, 0x60, 60, 0, 0x00, 62, 70, 0x60, 62, 0])
    events += bytes([0x00, 0xF0, 0x03, 0x7E, 0x7F, 0xF7, 0x81, 0x40, 0x90, 64, 70, 0x60, 64, 0, 0x00, 65, 70, 0x60, 65, 0])
    events += bytes([0x00, 0xFF, 0x2F, 0x00])
    header = b"MThd" + (6).to_bytes(4, "big") + bytes([0, 0, 0, 1, 0, 0x60])
    (FOLDER / "running-status.mid").write_bytes(header + b"MTrk" + len(events).to_bytes(4, "big") + events)


def read_midi(path):
    file = mido.MidiFile(path)
    tracks, tempos = {}, [[0.0, 120.0]]
    for number, events in enumerate(file.tracks, 1):
        now, down, found = 0, {}, []
        for event in events:
            now += event.time
            beat = now / file.ticks_per_beat
            if event.type == "set_tempo":
                tempos.append([beat, mido.tempo2bpm(event.tempo)])
            if event.type not in ("note_on", "note_off"):
                continue
            key = (event.channel, event.note)
            if event.type == "note_on" and event.velocity > 0:
                down.setdefault(key, []).append(beat)
            elif down.get(key):
                begin = down[key].pop(0)
                found.append([begin, beat - begin, event.note, event.channel])
        end = now / file.ticks_per_beat
        found += [[begin, end - begin, key[1], key[0]] for key, begins in down.items() for begin in begins]
        for note in found:
            which = note[3] + 1 if file.type == 0 else number
            tracks.setdefault(which, []).append(note[:3])
    latest = {beat: tempo for beat, tempo in sorted(tempos, key=lambda pair: pair[0])}
    return tracks, [list(pair) for pair in sorted(latest.items())]


# MusicXML


def score_xml(*parts, names=None):
    names = names or [f"Part {index}" for index in range(1, len(parts) + 1)]
    listed = "".join(
        f'<score-part id="P{index}"><part-name>{name}</part-name></score-part>' for index, name in enumerate(names, 1)
    )
    written = "".join(f'<part id="P{index}">{part}</part>' for index, part in enumerate(parts, 1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
        '"http://www.musicxml.org/dtds/partwise.dtd">\n'
        f'<score-partwise version="4.0"><work><work-title>Fixture</work-title></work>'
        f"<part-list>{listed}</part-list>{written}</score-partwise>\n"
    )


def measures(*bodies):
    return "".join(f'\n<measure number="{number}">{body}</measure>' for number, body in enumerate(bodies, 1))


def attributes(divisions=4, beats=4, unit=4, more=""):
    return (
        f"<attributes><divisions>{divisions}</divisions><time><beats>{beats}</beats>"
        f"<beat-type>{unit}</beat-type></time>{more}</attributes>"
    )


def note(pitch, duration, more="", before="", voice=1):
    """A note such as F#4; R is a rest."""
    if pitch == "R":
        what = "<rest/>"
    else:
        alter = {"#": 1, "b": -1}.get(pitch[1])
        altered = f"<alter>{alter}</alter>" if alter else ""
        what = f"<pitch><step>{pitch[0]}</step>{altered}<octave>{pitch[-1]}</octave></pitch>"
    length = "" if "<grace" in before else f"<duration>{duration}</duration>"
    ties = "".join(f'<tie type="{kind}"/>' for kind in ("stop", "start") if f"<!--{kind}-->" in more)
    return f"<note>{before}{what}{length}{ties}<voice>{voice}</voice>{more}</note>"


def make_musicxml():
    tie = {kind: f"<!--{kind}-->" for kind in ("start", "stop")}
    both = tie["stop"] + tie["start"]
    triplet = "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes></time-modification>"
    write(
        "ties-and-tuplets.musicxml",
        measures(
            attributes(12) + note("F#4", 24) + note("R", 12) + note("A4", 12, tie["start"]),
            note("A4", 48, both),
            note("A4", 12, tie["stop"]) + note("A4", 12) + "".join(note(p, 4, triplet) for p in ("Bb4", "C5", "D5"))
            + note("E5", 12),
        ),
    )
    chord = "<chord/>"
    write(
        "voices-and-chords.musicxml",
        measures(
            attributes(2) + note("E5", 4) + note("C5", 4, before=chord) + note("F5", 2) + note("G5", 2)
            + "<backup><duration>8</duration></backup>" + note("C4", 4, voice=2) + "<forward><duration>2</duration></forward>"
            + note("G3", 2, voice=2),
            note("C5", 8) + "<backup><duration>8</duration></backup>" + note("C3", 8, voice=2),
        ),
    )
    forward = '<barline location="left"><repeat direction="forward"/></barline>'
    back = '<barline location="right"><repeat direction="backward"/></barline>'

    def ending(number, body, end):
        return (
            f'<barline location="left"><ending number="{number}" type="start"/></barline>{body}'
            f'<barline location="right"><ending number="{number}" type="stop"/>{end}</barline>'
        )

    again = '<repeat direction="backward"/>'
    whole = ["C4", "D4", "E4", "F4", "G4", "A4", "B4", "C5", "D5"]
    bar = [note(pitch, 4) for pitch in whole]
    write(
        "repeats.musicxml",
        measures(
            attributes(1) + bar[0],
            bar[1] + back,
            forward + bar[2],
            ending(1, bar[3], again),
            ending(2, bar[4], ""),
            bar[5],
            forward + bar[6] + back,
            bar[7],
        ),
    )
    write(
        "guitar-clef.musicxml",
        measures(
            attributes(2, more="<transpose><diatonic>0</diatonic><chromatic>0</chromatic>"
                       "<octave-change>-1</octave-change></transpose>")
            + "".join(note(p, 2) for p in ("E4", "A4", "D5", "G5"))
        ),
        measures(
            attributes(2, more="<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose>")
            + "".join(note(p, 2) for p in ("C5", "D5", "E5", "F#5"))
        ),
        names=["Guitar", "Clarinet"],
    )
    sound = '<direction><direction-type><words>Andante</words></direction-type><sound tempo="72"/></direction>'
    mark = (
        "<direction><direction-type><metronome><beat-unit>quarter</beat-unit><beat-unit-dot/>"
        "<per-minute>60</per-minute></metronome></direction-type></direction>"
    )
    write(
        "upbeat-and-tempos.musicxml",
        '\n<measure number="0" implicit="yes">' + attributes(2, 3, 4) + sound + note("G4", 2) + "</measure>"
        + measures(
            note("C5", 2) + note("D5", 2) + mark + note("E5", 2),
            attributes(2, 6, 8) + note("C5", 3) + note("G4", 3),
            note("C5", 6),
        ),
    )
    grace = '<grace slash="yes"/>'
    write(
        "grace-and-rests.musicxml",
        measures(
            attributes(2) + note("R", 2) + note("A4", 0, before=grace) + note("G4", 2) + note("E4", 1) + note("R", 1)
            + note("C4", 2),
            '<note><rest measure="yes"/><duration>8</duration><voice>1</voice></note>',
            note("D4", 8),
        ),
    )


def write(name, *parts, names=None):
    (FOLDER / name).write_text(score_xml(*parts, names=names))


def read_musicxml(path):
    score = music21.converter.parse(path, forceSource=True).toSoundingPitch()
    tracks, tempos = {}, [[0.0, 120.0]]
    for number, part in enumerate(score.parts, 1):
        played = part.expandRepeats().stripTies()
        for element in played.flatten().notes:
            if element.duration.isGrace:
                continue
            for pitch in element.pitches:
                found = [float(element.offset), float(element.quarterLength), pitch.midi]
                tracks.setdefault(number, []).append(found)
        for mark in played.flatten().getElementsByClass(music21.tempo.MetronomeMark):
            if mark.getQuarterBPM():
                tempos.append([float(mark.offset), float(mark.getQuarterBPM())])
    latest = {beat: tempo for beat, tempo in tempos}
    return tracks, [list(pair) for pair in sorted(latest.items())]


# Guitar Pro


def gp_beat(voice, start, length, notes, kind="normal", dotted=False, tuplet=(1, 1), effect=None):
    """A beat of notes (string from the highest, fret, and what sort it is)."""
    duration = guitarpro.Duration(value=length, isDotted=dotted, tuplet=guitarpro.Tuplet(*tuplet))
    beat = guitarpro.Beat(voice, duration=duration, start=start, status=getattr(guitarpro.BeatStatus, kind))
    if effect is not None:
        beat.effect = effect
    for string, fret, sort in notes:
        note = guitarpro.Note(beat, value=fret, string=string, velocity=95, type=getattr(guitarpro.NoteType, sort))
        beat.notes.append(note)
    voice.beats.append(beat)
    return beat


def make_guitar_pro():
    for version in ("3", "4", "5"):
        song = guitarpro.Song(title="Fixture", tempo=96)
        song.tracks.append(guitarpro.Track(song, number=2, name="Bass", channel=guitarpro.MidiChannel(1, 1)))
        song.tracks[0].name = "Guitar"
        bass = song.tracks[1]
        bass.strings = [guitarpro.GuitarString(number, pitch) for number, pitch in enumerate((43, 38, 33, 28), 1)]
        for _ in range(3):
            song.addMeasureHeader(guitarpro.MeasureHeader())
        headers = song.measureHeaders
        headers[1].isRepeatOpen = True
        headers[2].repeatClose = 1
        headers[2].repeatAlternative = 1
        headers[3].repeatAlternative = 2
        for number, header in enumerate(headers):
            header.number = number + 1
            if number == 3:
                header.timeSignature = guitarpro.TimeSignature(3, guitarpro.Duration(4))
        for track in song.tracks:
            track.measures = [guitarpro.Measure(track, header) for header in headers]
        guitar, low = song.tracks[0].measures, bass.measures
        first = guitar[0].voices[0]
        gp_beat(first, 0, 4, [(1, 3, "normal")])
        beat = gp_beat(first, 960, 4, [(2, 1, "normal"), (3, 0, "normal")])
        beat.text = "text"
        for index in range(3):
            gp_beat(first, 1920 + 320 * index, 8, [(2, 1 + index, "normal")], tuplet=(3, 2))
        beat = gp_beat(first, 2880, 4, [(3, 2, "normal")])
        beat.notes[0].effect.bend = guitarpro.BendEffect(
            guitarpro.BendType.bend, 100, [guitarpro.BendPoint(0, 0), guitarpro.BendPoint(12, 4)]
        )
        beat.notes[0].effect.hammer = True
        second = guitar[1].voices[0]
        change = guitarpro.MixTableChange(tempo=guitarpro.MixTableItem(132), volume=guitarpro.MixTableItem(10))
        gp_beat(second, 0, 2, [(6, 3, "normal")], dotted=True, effect=guitarpro.BeatEffect(mixTableChange=change))
        gp_beat(second, 0, 4, [(6, 3, "tie")])
        third = guitar[2].voices[0]
        gp_beat(third, 0, 2, [], kind="rest")
        beat = gp_beat(third, 0, 4, [(4, 5, "normal")], effect=guitarpro.BeatEffect(
            stroke=guitarpro.BeatStroke(guitarpro.BeatStrokeDirection.down, 8)))
        beat.notes[0].effect.slides = [guitarpro.SlideType.shiftSlideTo]
        gp_beat(third, 0, 4, [(4, 7, "normal")])
        gp_beat(guitar[3].voices[0], 0, 2, [(1, 12, "normal")], dotted=True)
        for measure in low:
            gp_beat(measure.voices[0], 0, 1 if measure is not low[3] else 2, [(4, 0, "normal")])
        if version == "5":
            gp_beat(guitar[3].voices[1], 0, 2, [(6, 0, "normal")])
        guitarpro.write(song, str(FOLDER / f"tablature.gp{version}"))


def read_guitar_pro(path):
    song = guitarpro.parse(str(path))
    assert song.title == "Fixture" and len(song.measureHeaders) == 4
    # The repeat of this file, with its two endings.
    order = [0, 1, 2, 1, 3]
    tracks, tempos, start = {}, {0.0: float(song.tempo)}, 0.0
    sounding, tempo = {}, float(song.tempo)
    for index in order:
        for number, track in enumerate(song.tracks, 1):
            for voice, measure in enumerate(track.measures[index].voices):
                now = start
                for beat in measure.beats:
                    length = beat.duration.time / 960
                    change = beat.effect.mixTableChange
                    if change is not None and change.tempo is not None and change.tempo.value != tempo:
                        tempo = tempos[now] = float(change.tempo.value)
                    for note in beat.notes:
                        key = (number, voice, note.string)
                        if note.type == guitarpro.NoteType.tie:
                            sounding[key][1] += length
                            continue
                        sounding[key] = [now, length, note.realValue + track.offset]
                        tracks.setdefault(number, []).append(sounding[key])
                    if beat.status != guitarpro.BeatStatus.empty:
                        now += length
        start += song.measureHeaders[index].length / 960
    return tracks, [list(pair) for pair in sorted(tempos.items())]


def record(path, reader):
    tracks, tempos = reader(path)
    rows = {str(number): sorted(found, key=lambda note: (note[0], -note[2])) for number, found in sorted(tracks.items())}
    lines = [f'    "{number}": {json.dumps(found)}' for number, found in rows.items()]
    text = '{\n  "tempos": ' + json.dumps(tempos) + ',\n  "tracks": {\n' + ",\n".join(lines) + "\n  }\n}\n"
    path.with_name(path.name + ".notes.json").write_text(text)


if __name__ == "__main__":
    make_midi()
    make_musicxml()
    make_guitar_pro()
    for path in sorted(FOLDER.glob("*.mid")):
        record(path, read_midi)
    for path in sorted(FOLDER.glob("*.musicxml")):
        record(path, read_musicxml)
    for path in sorted(FOLDER.glob("*.gp?")):
        record(path, read_guitar_pro)
