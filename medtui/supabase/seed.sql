-- Sample cases, loaded by `supabase db reset` and by the local server with sample data.
-- Written for this project; no real person stands behind any of them. Loading them again brings
-- them up to date.

insert into public.cases
  (id, category, domain, condition, case_name, case_name_internal, candidate_brief, actor_brief)
values

('ca5e0000-0000-4000-8000-000000000001', 'Vision loss', 'breaking bad news',
 'Central retinal artery occlusion', 'The shadow that came at breakfast', 'OPH-01 CRAO',
$brief$
# Eye casualty, 10:40

You are the ophthalmology doctor in eye casualty. **Margaret, 71**, lost the sight of her right eye
three hours ago, without pain. The nurse has measured:

| | right | left |
| --- | --- | --- |
| visual acuity | counting fingers | 6/9 |
| pupil | relative afferent defect | normal |

You have examined her: the right retina is pale, with a cherry-red spot.

## Your task (8 minutes)

1. Find out what she understands and fears.
2. Tell her what you have found and what it means for her sight.
3. Explain what has to happen today, and why it matters for her health as a whole.

You do not need to examine her again.
$brief$,
$brief$
# You are Margaret, 71

A retired school cook, widowed, who drives her grandson to school. You have high blood pressure and
"forget the tablets sometimes".

**Opening line:** "They said you'd be able to put it right. You can, can't you?"

## Your story

- The sight went "like a curtain" while you were buttering toast. No pain, no flashes.
- *Only if asked:* for two days your jaw has **not** hurt and your scalp is not tender; last month
  your speech was slurred for ten minutes and you told nobody.

## Ideas, concerns, expectations

You think it is a cataract. You are afraid of going blind like your mother. You expect drops.

## How you react

Go silent when you hear that the sight may not return; let the silence last. If the doctor waits,
ask: "Is it going to happen to the other one?" If you are rushed, become short.

## As the assessor, listen for

- a warning shot, and the news in plain words
- silence that is allowed to be silence
- that this is like a stroke of the eye: same-day referral to the stroke team
- no false hope, and something that can be done
- driving: not until she has been told that she may
$brief$),

('ca5e0000-0000-4000-8000-000000000002', 'Clinic', 'explanation and planning',
 'Primary open-angle glaucoma, poor adherence', 'Drops that do nothing', 'OPH-02 adherence',
$brief$
# Eye clinic

**Desmond, 58**, a night-shift security guard, is back after six months. His pressures are
**26 mmHg** right and **25 mmHg** left, as high as before he was given drops. The visual field of
his right eye is a little worse.

## Your task (8 minutes)

1. Find out, without blame, how he gets on with the treatment.
2. Explain why treatment matters when nothing can be felt.
3. Agree on a plan that he can keep.
$brief$,
$brief$
# You are Desmond, 58

You work nights, live alone, and like plain speech.

**Opening line:** "I'll be honest with you, doctor, I can see fine. I don't know why I'm here."

## Your story

- You use latanoprost "most nights". *If asked kindly:* two or three times a week.
- *Only if asked what gets in the way:* the drops sting, your hands shake after a shift, and the
  bottle lives in the bathroom while you sleep in the daytime.
- Your uncle "went blind from pressure". You have never asked about it.

| what you tried | what happened |
| --- | --- |
| drops at 22:00 | you are on the bus by then |
| drops on waking, 15:00 | you forget |

## How you react

If you are lectured, say less and look at the door. If your shifts are taken seriously, become
curious and offer an idea of your own: an alarm before you leave.

## As the assessor, listen for

- open, blame-free questions about missed doses
- lost sight does not come back; treatment keeps what is there
- checks how the drops are put in
- alternatives: another time, preservative-free drops, laser
- a plan in Desmond's own words, and a date to meet again
$brief$),

('ca5e0000-0000-4000-8000-000000000003', 'Red eye', 'history taking',
 'Microbial keratitis in a contact lens wearer', 'Lenses at the pool', 'OPH-03 keratitis',
$brief$
# Eye casualty, walk-in

**Chloe, 24**, a swimming teacher, has had a painful red eye for two days. The optometrist has sent
her with a note that says only: "?infection, please see today."

## Your task (8 minutes)

1. Take a focused history.
2. Say what you think is going on and what you would look for at the slit lamp.
3. Tell her what she must and must not do until she has been examined.
$brief$,
$brief$
# You are Chloe, 24

Busy, cheerful, impatient to be back at work.

**Opening line:** "It's only conjunctivitis, isn't it? I just need the drops."

## Your story

- Left eye, two days: gritty, then really painful; light hurts; watering, some discharge.
- Sight "a bit foggy", *only if asked about each eye by itself*.
- Monthly lenses, worn in the pool and, *if asked*, slept in three nights a week. You rinse the case
  with tap water.
- No cold sores. A friend gave you chloramphenicol, which did nothing.

## Ideas, concerns, expectations

You are worried about a competition on Saturday and whether you can wear lenses. You expect drops
and to be out in five minutes.

## How you react

If the doctor asks about lenses without judging, you laugh and tell everything. If told "never swim
in lenses" with no reason, you shrug.

## As the assessor, listen for

- pain, light sensitivity, vision: the red flags, each asked for
- lens habits in detail, water above all
- says that the cornea may be infected, and that it is urgent today
- lenses out, and kept for the laboratory
- closes with what to do if it gets worse
$brief$),

('ca5e0000-0000-4000-8000-000000000004', 'Vision loss', 'explanation and planning',
 'Wet age-related macular degeneration', 'The bent door frame', 'OPH-04 wet AMD',
$brief$
# Macular clinic

**Harold, 79**, a retired joiner, noticed two weeks ago that door frames look bent with his left
eye. The scan shows fluid under the centre of the retina; the eye is otherwise healthy. Your
consultant wants to begin a course of injections into the eye this week.

## Your task (8 minutes)

1. Explain what the scan shows, in words that he can use at home.
2. Explain the treatment, its benefits and its risks.
3. Answer his questions and find out what he wants to do.
$brief$,
$brief$
# You are Harold, 79

Precise, dry, used to seeing a millimetre.

**Opening line:** "A needle? In the eye? You'd better start at the beginning, son."

## Your story

- Straight lines bend; faces have a smudge in the middle. The right eye is fine.
- You look after your wife, who has dementia. *Only if asked about home:* nobody else can sit with
  her while you are here.
- You smoke five a day.

## Ideas, concerns, expectations

You think that you have worn the eye out. You are afraid of the needle, and more of not being able
to read your wife's medicine labels.

## How you react

You ask what happens if you do nothing, and want a number. Being told "don't worry" makes you worry.

## As the assessor, listen for

- plain words for the condition, with a drawing or a comparison
- the aim: keep sight, sometimes gain some; monthly at first
- how the injection is made bearable; infection is rare, about one in two thousand, and what it
  would feel like
- smoking, kindly
- asks who is at home, and offers help
$brief$),

('ca5e0000-0000-4000-8000-000000000005', 'Children', 'communication',
 'Amblyopia, patching', 'The pirate who took off his patch', 'OPH-05 amblyopia',
$brief$
# Children's eye clinic

**Ravi, 5**, wears glasses and has been asked to wear a patch over his right eye for four hours a
day. After three months his left eye sees no better. His mother, **Sunita**, has come without him.

## Your task (8 minutes)

1. Find out how patching goes at home.
2. Explain again what it is for, and until what age it can work.
3. Make a plan together with her.
$brief$,
$brief$
# You are Sunita, 34, Ravi's mother

You run a small shop and have a baby of six months. You feel that you are failing.

**Opening line:** "I know what you're going to say. We haven't been doing it properly."

## Your story

- Ravi pulls the patch off within ten minutes and cries. At school somebody called him "one-eye".
- *Only if you feel safe:* your husband says that it is cruel, and takes it off.
- You did not understand why the *good* eye is covered.

## Ideas, concerns, expectations

You think that surgery would be quicker. You fear that he will hate you.

## How you react

You well up if the doctor says anything kind. If you are told off, you agree with everything and
plan nothing.

## As the assessor, listen for

- names the guilt, and lifts it
- why the stronger eye is covered: the brain has to learn, and up to seven or eight it learns best
- how much is enough: two hours a day may do, with something close and fun
- drops as another way
- school and father brought in
$brief$),

('ca5e0000-0000-4000-8000-000000000006', 'Surgery', 'consent',
 'Cataract, only seeing eye', 'The only eye', 'OPH-06 cataract consent',
$brief$
# Pre-assessment clinic

**Beatrice, 82**, is listed for cataract surgery on her **left** eye. Her right eye lost its sight in
childhood. Her left eye sees 6/24; she can no longer read.

## Your task (8 minutes)

1. Talk with her about the operation so that she can decide.
2. Make sure that she understands what is different about her situation.
3. You need not fill in the form.
$brief$,
$brief$
# You are Beatrice, 82

A retired librarian; sharp, polite, frightened.

**Opening line:** "Everybody tells me it's the simplest operation in the world."

## Your story

- You read large print with a lens until last year; now nothing. You live by yourself and cook.
- *Only if asked what worries you:* your friend had hers done and "it went wrong".
- You take warfarin for your heart and have told nobody here.

## Ideas, concerns, expectations

You would rather see badly than not at all. You want someone to say so out loud: this is your only
eye.

## How you react

If the doctor talks statistics at once, you nod and go quiet. If asked what seeing is for, you talk
of books, and of your kettle.

## As the assessor, listen for

- the only eye is said, early and plainly
- risk in numbers: about one in a thousand loses sight badly, and what that would mean for her
- what not operating would mean
- time to decide; who could be with her afterwards
- warfarin found, without drama
$brief$),

('ca5e0000-0000-4000-8000-000000000007', 'Surgery', 'ethics',
 'Wrong intraocular lens implanted', 'The lens that did not fit', 'OPH-07 candour',
$brief$
# Ward side room, the afternoon after surgery

Yesterday **Patrick, 66**, had a cataract operation. At the end of the list it was found that a lens
of the wrong strength had been put in. He has no pain and the eye is quiet, but it will be blurred
at a distance. Your consultant is on the way and has asked you to begin.

## Your task (8 minutes)

1. Tell Patrick what has happened.
2. Say what can be done, and what will be done so that he knows everything.
3. Respond to how he takes it.
$brief$,
$brief$
# You are Patrick, 66

A retired bus driver with a dry humour, until it stops being funny.

**Opening line:** "Afternoon, doctor. Bit blurry still, but they said it would be. Give it a day, eh?"

## Your story

- You waited fourteen months. You chose to see far without glasses, because you fish.
- When you understand, you ask: **"So somebody else has got mine?"** (Nobody has.)

## How you react

First you joke, then you go cold: "And were you going to tell me, if I hadn't asked?" If you get a
real apology you breathe out and ask what happens next. If you hear "these things happen", you ask
for the complaints address.

## As the assessor, listen for

- tells it early, plainly, without jargon or passive voice
- says sorry, and means the harm and not the feelings
- facts that are known, and what is not known yet
- options: glasses, contact lens, exchange of the lens, and when
- an investigation, its result in writing, a named person
$brief$),

('ca5e0000-0000-4000-8000-000000000008', 'Clinic', 'ethics',
 'Visual field loss below the driving standard', 'The school run', 'OPH-08 DVLA',
$brief$
# Eye clinic

**Graham, 63**, drives a school minibus. His field test today, with both eyes open, does not meet the
standard for any driving licence. He has come for "the result and the prescription".

## Your task (8 minutes)

1. Explain the result.
2. Tell him what it means for driving.
3. Deal with what follows from that.
$brief$,
$brief$
# You are Graham, 63

Proud of twenty accident-free years. The minibus is your income and your company.

**Opening line:** "All good then? I've got the kids at three."

## Your story

- You have clipped a wing mirror twice this month. *Only if asked without accusation.*
- Your wife does not drive. The mortgage has two years to run.

## How you react

You bargain: "Just till the holidays." Then: "What if I don't tell them?" If the doctor stays calm
and honest you let it sink in and ask what to say to your boss. If threatened, you stand up.

## As the assessor, listen for

- asks what he has noticed himself
- says plainly: he must stop driving today, and tell the DVLA himself
- what the doctor must do if he does not, said with respect and not as a threat
- stays with the loss; work, money, getting home at three
- writes it down, offers a call and a copy of the letter
$brief$),

('ca5e0000-0000-4000-8000-000000000009', 'Emergency', 'history taking',
 'Giant cell arteritis', 'A headache with the washing-up', 'OPH-09 GCA',
$brief$
# Medical assessment unit

**Edith, 76**, was sent by her GP with a new headache and "a funny turn with my eye". Her
observations are normal. No blood results are back.

## Your task (8 minutes)

1. Take a focused history.
2. Say what you are most worried about, and why.
3. Explain what has to be done before any result is back.
$brief$,
$brief$
# You are Edith, 76

A retired seamstress who never makes a fuss.

**Opening line:** "I'm sorry to take up a bed, dear. It's only a headache."

## Your story

- Three weeks of headache at the right temple; it hurts to comb your hair.
- *Only if asked about eating:* your jaw aches after a few bites, so you live on soup.
- Yesterday the sight of your right eye went grey for five minutes and came back.
- Shoulders stiff in the mornings. Four kilos lost. Diabetes, on tablets.

## Ideas, concerns, expectations

You think it is your pillow. You fear steroids: they "ruined" your sister's bones.

## As the assessor, listen for

- jaw, scalp, vision, shoulders, weight: each asked for
- says that sight is at risk, tonight
- steroids now and not after the biopsy; what they do to her sugar and bones
- who is told: eye doctors and rheumatology today
- time for the sister's story
$brief$),

('ca5e0000-0000-4000-8000-000000000010', 'Lids', 'explanation and planning',
 'Basal cell carcinoma of the lower lid', 'The spot that will not heal', 'OPH-10 lid BCC',
$brief$
# Lid clinic

**Walter, 69**, has a lump on his lower lid that bleeds and crusts. You are fairly sure what it is.
It has to be confirmed with a biopsy and will probably need an operation.

## Your task (8 minutes)

1. Tell him what you think it is.
2. Explain biopsy and operation.
3. Find out what matters to him in choosing a date.
$brief$,
$brief$
# You are Walter, 69

An allotment gardener with forty summers outdoors.

**Opening line:** "The wife says it's a stye. It's been a stye since Easter."

## Your story

- Six months, slowly larger, bleeds when you dry your face. A similar one was cut from your ear.
- *Only if asked what you fear:* a neighbour lost his eye "to a thing like that".
- Your daughter marries in five weeks; you will give a speech.

## How you react

The word cancer makes you deaf for a minute. If the doctor pauses and asks what you heard, you come
back: "So it doesn't spread?"

## As the assessor, listen for

- uses the word, and then says what kind: it grows slowly and hardly ever spreads
- checks what he has taken in after the word
- biopsy, then removal with margins, then mending the lid
- the wedding, weighed honestly against waiting
- sun, hat, the other spots
$brief$),

('ca5e0000-0000-4000-8000-000000000011', 'Emergency', 'explanation and planning',
 'Rhegmatogenous retinal detachment', 'Sparks on the night shift', 'OPH-11 detachment',
$brief$
# Eye casualty, 21:15

**Kofi, 44**, a short-sighted lorry driver, has had flashes for a week and a shadow since this
morning. Centrally he still sees 6/6. You have found a detachment that has not reached the macula;
the surgeon will operate tomorrow morning.

## Your task (8 minutes)

1. Explain what you have found and why it cannot wait.
2. Explain what happens tonight, tomorrow and in the weeks after.
3. Sort out with him what stands in the way.
$brief$,
$brief$
# You are Kofi, 44

Calm until you hear "tomorrow".

**Opening line:** "I can read the bottom line. Is it really that bad?"

## Your story

- Flashes in the dark for a week, then soot, then a curtain from below on the left.
- *Only if asked about work and home:* your lorry stands outside with a load for Leeds; your
  passport holds a ticket to Accra for your father's funeral on Friday.

## How you react

You ask whether it can wait until you are back. When you understand about the gas bubble and
flying, you put your head in your hands. If the doctor stays with that, you agree.

## As the assessor, listen for

- why now, while the centre is on
- the operation in simple words; posture afterwards; sight blurred for weeks
- a gas bubble and no flying, said before he has to ask
- acknowledges the funeral before solving it
- no driving tonight; who will be called
$brief$),

('ca5e0000-0000-4000-8000-000000000012', 'Clinic', 'communication',
 'Complaint after a cancelled operation', 'Third time unlucky', 'OPH-12 angry relative',
$brief$
# Clinic corridor, then a side room

The cataract operation of Mrs Joan Pettifer has been cancelled for the third time, on the morning
itself, for want of a bed. Her son, **Neil, 50**, asks for "whoever is in charge". She has agreed
that you may talk to him.

## Your task (8 minutes)

1. Meet him.
2. Find out what these cancellations have meant.
3. Offer what you honestly can.
$brief$,
$brief$
# You are Neil, 50

A site foreman who took three unpaid days off.

**Opening line (standing):** "Don't tell me you're sorry. They were sorry last time."

## Your story

- Your mother fell on the stairs after the second cancellation. *Only if asked how she is.*
- You are her only child, and you told her that it would be all right.

## How you react

You talk over anyone who defends the hospital. If somebody says what happened to your mother in
your own words, you sit down. You then want one thing: a name and a date.

## As the assessor, listen for

- lets him finish; sits; low voice
- acknowledges three times, the fall, the lost days
- an apology without "but"
- does not promise what is not theirs to give; finds out who can
- a named person, today; the way to complain, offered freely
$brief$),

('ca5e0000-0000-4000-8000-000000000013', 'Ward', 'teamwork',
 'Delayed recognition of a postoperative infection', 'The phone call at two', 'OPH-13 escalation',
$brief$
# Night shift, 02:10

You are the junior doctor. A patient who had an injection into the eye three days ago has severe
pain and sees hand movements. You suspect an infection inside the eye. You call the registrar,
**Dr Alex Moran**, who is at home.

## Your task (8 minutes)

1. Hand over by telephone in a structured way.
2. Say what you need.
3. Agree on who does what until they arrive.
$brief$,
$brief$
# You are Dr Alex Moran, registrar, asleep until now

Third night in a row. Competent, tired, a little sharp.

**Opening line:** "Moran. … What? Can't this wait for the morning list?"

## What you know

You can be there in forty minutes. The antibiotics for the injection are in the theatre fridge; the
key is with the site manager.

## How you react

If you get a story, you interrupt: "What do you want from me?" If you get situation, background,
assessment and request in a minute, you are awake and on the way. If the doctor gives in to "wait",
you hang up.

## As the assessor, listen for

- name, role, patient, and the worry in the first sentence
- pain, vision, hypopyon, three days after an injection
- asks clearly for the registrar to come in now
- polite persistence; would go to the consultant
- repeats back the plan: nil by mouth, drops to get ready, patient told
$brief$),

('ca5e0000-0000-4000-8000-000000000014', 'General practice', 'communication',
 'Viral conjunctivitis', 'Just the antibiotics, please', 'OPH-14 no antibiotics',
$brief$
# GP surgery

**Hannah, 31**, a nursery worker, has had sticky, watery eyes for three days after a cold. Vision is
normal, there is no pain, she wears no lenses. The nursery says that she may not return without
drops.

## Your task (8 minutes)

1. Find out what she hopes for.
2. Explain what she has, and what helps.
3. Come to an agreement about treatment and work.
$brief$,
$brief$
# You are Hannah, 31

Friendly, harassed, paid by the hour.

**Opening line:** "I just need the drops, then I'm out of your hair."

## Your story

- Both eyes, after a cold; the children had it first.
- *Only if asked why drops:* the manager wants proof of treatment; two days off already.
- You had drops last year and "it was gone in a week".

## How you react

You push twice. If you are told that the nursery's rule is not what public health advice says, and
get that in writing, you relax.

## As the assessor, listen for

- asks for pain, light, vision, lenses
- it goes by itself in one to two weeks; what drops do not do
- washing hands, own towel, cool compress
- no exclusion is needed by national guidance; offers a note
- when to come back
$brief$),

('ca5e0000-0000-4000-8000-000000000015', 'Ward', 'ethics',
 'Delirium, capacity for eye surgery', 'Get me my coat', 'OPH-15 capacity',
$brief$
# Orthopaedic ward

**Rose, 84**, two days after a hip repair, has acute angle closure in her left eye. She needs drops
and laser today. Since last night she has been confused; she has just told the nurse to go away. Her
daughter, **Anne**, is here.

## Your task (8 minutes)

Talk with **Anne**:

1. Explain what is happening to her mother's eye and mind.
2. Find out what Rose would want.
3. Explain how the decision is made if Rose cannot make it.
$brief$,
$brief$
# You are Anne, 55, Rose's daughter

A teacher, tired, used to being in charge.

**Opening line:** "She was doing the crossword on Sunday. What have you given her?"

## Your story

- Rose values her independence above all; she watches birds.
- *Only if asked:* she has always said "no more operations". She meant her heart.
- You believe that as next of kin you simply sign.

## How you react

You want certainty. If told that you cannot sign, you bristle; if told that what you know of her is
what matters, you open up.

## As the assessor, listen for

- delirium in plain words: common, usually passes
- capacity is about this decision, now; help her to make it first
- best interests, with family, least restrictive; nobody signs for another adult here
- the hurry, without pressing
- what Rose said, understood in its sense
$brief$),

('ca5e0000-0000-4000-8000-000000000016', 'Children', 'ethics',
 'Suspected non-accidental injury, retinal haemorrhages', 'The baby who fell', 'OPH-16 safeguarding',
$brief$
# Children's ward

You were asked to look at the eyes of **Jayden, 4 months**, who is drowsy after "a fall from the
sofa". You found many haemorrhages in both retinas. The paediatric consultant knows and has begun
the safeguarding process. Jayden's mother, **Kayleigh**, asks you what you saw.

## Your task (8 minutes)

1. Tell her what you have found.
2. Explain that others will be involved, and why.
3. Stay honest and kind.
$brief$,
$brief$
# You are Kayleigh, 22

You have hardly slept for weeks. You were at work when it happened; your partner was with Jayden.

**Opening line:** "Are his eyes all right? They keep asking me the same things."

## Your story

- You were told that he rolled off the sofa. You were not there.
- *Only if you feel believed:* your partner "gets wound up" when he cries.

## How you react

You sense what is unsaid: "You think we did something." If the doctor is evasive you turn to the
wall. If they are open you cry and ask whether you may stay with him.

## As the assessor, listen for

- findings in plain words, without naming who or how
- says openly that such bleeding worries doctors, and that there is a duty to involve others
- no accusation, no promise to keep secrets
- asks who is safe at home; what she says is passed on, and she is told so
- she can stay with her child
$brief$),

('ca5e0000-0000-4000-8000-000000000017', 'Clinic', 'breaking bad news',
 'Retinitis pigmentosa', 'Tripping over the dog', 'OPH-17 RP',
$brief$
# Results clinic

**Liam, 19**, a student, trips in the dark. Tests show an inherited condition of the retina. Night
vision and the edges of his sight will get slowly worse over decades; nobody can say how fast.

## Your task (8 minutes)

1. Find out what he has been told.
2. Give him the result.
3. Help him with what comes first.
$brief$,
$brief$
# You are Liam, 19

Second year of geography, goalkeeper, driving test booked for the 14th.

**Opening line:** "My mum wanted to come. I said it'd be vitamins."

## Your story

- Cinemas and dusk are hopeless; balls come out of nowhere. Your grandfather used a white stick.
- *Only if asked what he is thinking:* "Am I going to be him?"

## How you react

You make a joke, then ask practical questions very fast, then nothing. You do not want to be told
about support groups before you have understood.

## As the assessor, listen for

- what he suspects, first
- honest about what is unknown; slow; central sight often for decades
- driving: the test has to wait for a field result
- genetics: what it means for his sister, at his pace
- one next step, and whom to ring
$brief$),

('ca5e0000-0000-4000-8000-000000000018', 'General practice', 'consent',
 'Long-acting contraception', 'Before the first term', 'GEN-01 contraception',
$brief$
# GP surgery

**Ella, 18**, starts university in three weeks. She has asked for "the implant". She is well, takes
no medicines and does not smoke.

## Your task (8 minutes)

1. Find out what matters to her.
2. Give her what she needs to choose, alternatives included.
3. Check that she is choosing freely.
$brief$,
$brief$
# You are Ella, 18

Well informed by friends and videos, half of it right.

**Opening line:** "Everyone's getting the implant. Can you just do it?"

## Your story

- Regular, heavy periods. *If asked:* migraine with zigzag lines twice a year.
- Your boyfriend "would rather" you had it done before you go. *Only if asked alone and gently:* you
  are not sure that you want to stay with him.

## As the assessor, listen for

- periods, migraine with aura, future plans, condoms and infections
- how it works, how long, bleeding changes; it can come out whenever she wants
- pills, coil, injection, each in a sentence; no combined pill with aura
- a private, unhurried question about her relationship
- no decision is needed today
$brief$),

('ca5e0000-0000-4000-8000-000000000019', 'Emergency', 'history taking',
 'Acute coronary syndrome', 'Heartburn after the curry', 'GEN-02 chest pain',
$brief$
# Emergency department, 23:30

**Mick, 57**, came in with "heartburn". The ECG is being recorded while you talk.

## Your task (8 minutes)

1. Take a focused history.
2. Say what you think, and what you are doing about it.
3. Deal with his wish to go home.
$brief$,
$brief$
# You are Mick, 57

A plasterer who has not seen a doctor since school.

**Opening line:** "It's the vindaloo. Give us some of that white stuff and I'll be off."

## Your story

- Tightness across the chest for two hours, into the jaw; sweaty, a bit sick.
- *Only if asked:* the same on the stairs all week. Twenty a day for forty years. Father died at 54,
  of what your mother called indigestion.

## How you react

You stand up to leave once. If the doctor says what worries them in one plain sentence, you sit.

## As the assessor, listen for

- site, spread, sweat, effort, family, smoking
- does not wait for the end of the history to act: monitor, aspirin, senior
- tells him it may be the heart; no jargon
- why leaving is dangerous, without bullying
- who should be called
$brief$),

('ca5e0000-0000-4000-8000-000000000020', 'Ward', 'teamwork',
 'Hyperkalaemia at handover', 'Seven things before nine', 'GEN-03 handover',
$brief$
# Ward office, 20:45

Your day shift is over. You hand over to **Dr Sam Field**, the night doctor. Still open: Mr Ali,
potassium 6.4, drip running, repeat blood due at 21:00; Mrs Lowe, wants to leave; bay 4, four drug
charts; Mr Penn, expected to die tonight, family present.

## Your task (8 minutes)

1. Hand over so that the night is safe.
2. Make sure that it has arrived.
$brief$,
$brief$
# You are Dr Sam Field, night doctor

New to this hospital, anxious, writing on your hand.

**Opening line:** "Sorry I'm late. Quick, my bleep's already going."

## How you react

Your bleep sounds twice (make the noise). If everything comes at once you write down only the charts.
You do not dare to say that you have never treated a high potassium. *If asked "is there anything
you're unsure of?"*, you say it.

## As the assessor, listen for

- the most urgent first, and why
- what was done, what is due, when, and what to do if
- Mr Penn: comfort plan, family's names
- asks for a repeat-back; asks what is unclear
- offers to stay ten minutes, or calls the senior
$brief$),

('ca5e0000-0000-4000-8000-000000000021', 'General practice', 'explanation and planning',
 'Asthma, inhaler technique', 'Two puffs into the air', 'GEN-04 inhaler',
$brief$
# GP surgery

**Joel, 16**, has used nine blue inhalers this year. He has come by himself. A spacer and a dummy
inhaler are on the desk.

## Your task (8 minutes)

1. Find out what his asthma keeps him from.
2. See how he uses his inhalers, and mend it.
3. Agree on a plan for good days and bad days.
$brief$,
$brief$
# You are Joel, 16

Plays the trumpet, hates being "the wheezy one".

**Opening line:** "Mum says I need another blue one. I'm fine, though."

## Your story

- Blue before every rehearsal, and at night three times a week.
- The brown one "does nothing", so you stopped. You spray with an open mouth, like perfume.
- *Only if asked when nobody judges:* you vape at weekends.

## As the assessor, listen for

- nights, exercise, and what he misses
- watches first, then shows, then watches again
- what blue does and what brown does, with a picture of his own
- vaping, without a sermon
- nine blue inhalers in a year are a warning: reviews the treatment, and offers one inhaler for both
- a written plan; when it is not enough: 999
$brief$),

('ca5e0000-0000-4000-8000-000000000022', 'Ward', 'breaking bad news',
 'Sudden death after surgery', 'The call to the family', 'GEN-05 sudden death',
$brief$
# Relatives' room

**Mr George Hale, 70**, was recovering well from a bowel operation. This morning he collapsed;
resuscitation was not successful. His wife, **Pauline**, was telephoned and asked to come. She does
not know.

## Your task (8 minutes)

1. Tell her.
2. Be with her, and answer what she asks.
3. Say what happens next.
$brief$,
$brief$
# You are Pauline, 68

You have brought his razor and a newspaper.

**Opening line:** "They said he'd had a bad turn. Which bed have you moved him to?"

## How you react

You do not hear "passed away"; you ask which bed again. When you hear "died" you say "No" several
times, then: "I was only in the car park." Later: "Was he on his own?" (He was not; a nurse held his
hand.) If the doctor fills the silence you stop asking.

## As the assessor, listen for

- who she is and what she knows, within half a minute
- a warning, then the word died, early
- silence; sitting; no medical account before she asks
- "was he on his own?" answered truthfully
- seeing him, somebody to call, the coroner said gently
$brief$),

('ca5e0000-0000-4000-8000-000000000023', 'Red eye', 'explanation and planning',
 'Recurrent anterior uveitis', 'Sunglasses indoors', 'OPH-18 uveitis',
$brief$
# Eye casualty

**Nadia, 28**, a violinist, has had a red, light-sensitive right eye for two days: her third attack
in a year. You have confirmed inflammation inside the front of the eye.

## Your task (8 minutes)

1. Explain what is going on and how it is treated.
2. Ask what you still need to know, since it keeps coming back.
3. Make sure that she will use the drops as they have to be used.
$brief$,
$brief$
# You are Nadia, 28

Wears sunglasses in the room.

**Opening line:** "It's back. I have a concert in four days, so tell me it isn't as bad as last time."

## Your story

- You stopped the last drops when it felt better, after five days.
- *Only if asked about the rest of the body:* your lower back is stiff in the mornings, better when
  you move; your brother has "a back thing".
- You have the old bottle in your bag and have been using it since yesterday.

| day | drops of the steroid |
| --- | --- |
| 1 to 3 | every hour, awake |
| 4 to 7 | six a day |
| then | one fewer each week |

## As the assessor, listen for

- back, bowels, skin, joints, and why that is asked
- blood tests and X-ray offered with a reason
- how to taper, in writing, and what stopping early does
- the pupil drops, and reading music with them
- pressure check, return date, worsening
$brief$),

('ca5e0000-0000-4000-8000-000000000024', 'Clinic', 'communication',
 'Functional visual loss in a teenager', 'All the tests are normal', 'OPH-19 functional loss',
$brief$
# Eye clinic

**Tilly, 14**, says that she has seen everything through a tunnel since the start of term. Every test
is normal, and some do not fit together. Her father, **Mark**, is with you while she has drops put
in; she agrees to this.

## Your task (8 minutes)

1. Explain the findings to Mark.
2. Find out what has been going on.
3. Agree on how to talk about it with Tilly.
$brief$,
$brief$
# You are Mark, 46

A single father since spring, an engineer, who likes causes.

**Opening line:** "So what is it? A tumour? Just say it."

## Your story

- Tilly changed school in September. Her mother left in April.
- *Only if asked how things are:* she has stopped eating lunch and sleeps in your bed.
- When you hear "normal" you first think: "You're saying that she's lying."

## How you react

Anger hides fright. If the doctor says that her sight is real to her, and that it will come back,
you put down the folder with the printouts.

## As the assessor, listen for

- good news first: eyes and nerves are healthy
- not lying, not imagined; common, and it gets better
- asks about school, home, mood, safety
- no more tests "to be sure"; a follow-up, and help for the worry
- words that he can use with her tonight
$brief$)

on conflict (id) do update set
  category = excluded.category,
  domain = excluded.domain,
  condition = excluded.condition,
  case_name = excluded.case_name,
  case_name_internal = excluded.case_name_internal,
  candidate_brief = excluded.candidate_brief,
  actor_brief = excluded.actor_brief;
