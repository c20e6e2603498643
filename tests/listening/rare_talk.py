"""A talk full of names of drugs and diseases, spoken when it is needed, and its case."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from tests.listening.make_samples import VOICES, speak
from tests.listening.recordings import RATE, write

CASE = """\
Mrs Irene Castellano, 68, sees you about results. She has sarcoidosis and atrial fibrillation, and
takes apixaban, bisoprolol, amlodipine and methotrexate. Last month she was given clarithromycin for
a chest infection. She developed breathlessness and a maculopapular rash. Her spirometry is
restrictive; there is hilar lymphadenopathy on the X-ray. The rheumatologist has suggested
hydroxychloroquine or infliximab instead of prednisolone. She is afraid of osteoporosis, and of
haemorrhage with the anticoagulant. She has read about bronchiectasis and about pulmonary fibrosis,
which her sister died of. Explain the results, the plan for bronchoscopy, and stop methotrexate. Do
not prescribe diclofenac. Alendronate and colecalciferol may be offered. Ask about photosensitivity,
haemoptysis and uveitis. Background: coeliac disease, thyroidectomy, levothyroxine.
"""

TURNS = (
    "Good morning, Mrs Castellano. I have your results here. How have you been since the "
    "clarithromycin?",
    "Not so good, doctor. The breathlessness is worse, and I still have that rash.",
    "I am sorry to hear it. Which tablets are you taking at the moment?",
    "Apixaban twice a day, bisoprolol in the morning, amlodipine, and methotrexate once a week.",
    "And the levothyroxine, since your thyroidectomy?",
    "Yes, that too. Every morning, before breakfast.",
    "Have you had any haemoptysis? I mean, have you coughed up any blood?",
    "No. But I am afraid of a haemorrhage with the apixaban. My neighbour had one.",
    "That is a fair worry, and we can talk about it. First, the spirometry shows that your "
    "lungs are a little stiff.",
    "Is it fibrosis? My sister died of pulmonary fibrosis.",
    "I can see why you are frightened. This looks like sarcoidosis, which is another thing.",
    "Sarcoidosis. The other doctor said lymphadenopathy.",
    "Yes, the glands near the lungs are swollen, and we call that lymphadenopathy. Your "
    "eyes are fine, there is no uveitis.",
    "So what happens now?",
    "I would like to stop the methotrexate, and to arrange a bronchoscopy. That is a thin "
    "camera which looks into the lungs.",
    "Do I have to stop the apixaban for it?",
    "Only for two days. Please do not take diclofenac or ibuprofen in the meantime.",
    "And then? Will I need prednisolone? I do not want osteoporosis, my mother had it.",
    "Perhaps a short course. The rheumatologist thinks of hydroxychloroquine, or of "
    "infliximab later on.",
    "I have heard that hydroxychloroquine is bad for the eyes.",
    "It can be, rarely, so we check them every year. For your bones I can offer alendronate "
    "and colecalciferol.",
    "With my coeliac disease, can I take that?",
    "Yes. Alendronate must be taken with a full glass of water, and you stay upright for "
    "half an hour.",
    "And the photosensitivity? I burn so easily now.",
    "That may be the methotrexate, or the rash from the clarithromycin. Use a sun cream, "
    "and tell us if it spreads.",
    "All right. So I stop methotrexate, I keep the bisoprolol and the amlodipine, and the "
    "ward rings me about the bronchoscopy.",
    "Exactly. And if you cough up blood, or the breathlessness gets worse, you ring us the "
    "same day.",
    "Thank you, doctor. I will tell my daughter about the sarcoidosis.",
)
"""The doctor's and the patient's, by turns."""


def spoken(folder: Path) -> list[tuple[Path, str]]:
    """The doctor's track and the patient's, each with all that is said on it."""
    chance = random.Random(7)
    clips, at = [], 0.8
    for number, text in enumerate(TURNS):
        samples = speak(text, *VOICES[number % 2])
        clips.append((number % 2, int(at * RATE), samples))
        at += len(samples) / RATE + chance.choice((0.15, 0.35, 0.6, 0.9))
    found = []
    for who in (0, 1):
        noise = np.random.default_rng(who).normal(0, 0.0004, int((at + 1) * RATE))
        track = noise.astype(np.float32)
        for speaker, first, samples in clips:
            if speaker == who:
                track[first : first + len(samples)] += samples
        path = write(folder / f"{who}.wav", track[np.newaxis])
        found.append((path, " ".join(TURNS[who::2])))
    return found
