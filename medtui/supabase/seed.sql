-- Sample cases for practising exam stations in pairs.
--
-- `supabase db reset` loads this file, and so does the local server when it is
-- started with sample data. The cases were written for this project; the people
-- in them are invented and no real person is meant. The file can be run again:
-- each case has a fixed id and is brought back to the text below.

insert into public.cases
  (id, candidate_brief, actor_brief, category, condition, case_name, case_name_internal, domain)
values

('ca5e0000-0000-4000-8000-000000000001',
$brief$# Blurred vision and a headache

**Setting:** eye casualty, weekday afternoon. You are the ST1 on duty.

**What is known:** Maureen is 74. She was sent by her optometrist, who found that the right eye read 6/36 today; it was 6/9 six months ago. The left eye reads 6/9. The triage nurse writes "headache, tired, not herself". Blood pressure is 148/82. Nobody has dilated her pupils yet.

**Your task**

- Take a focused history of the loss of vision and the headache.
- Ask about general health, medicines and anything that would change treatment.
- Tell Maureen what you are worried about, in plain words.
- Say what should happen today and why it cannot wait.

You do not need to examine her. Her findings will be given if you ask for them.

**Time:** 10 minutes.
$brief$,
$brief$# You are Maureen, 74, a retired school cook

**Opening line:** "I only came for new glasses, dear, and now they tell me it's an emergency."

**Your story:** the right eye went dim yesterday morning, without pain in the eye. Twice last week it went grey for a few minutes and came back. You have had a new headache over the right temple for three weeks.

**Only if asked**

- Brushing your hair on that side is sore.
- Your jaw aches when you chew toast; you have to stop and rest.
- Stiff shoulders in the morning, and half a stone lost since Christmas.
- You have type 2 diabetes, on metformin. No stomach ulcer. No allergies.

**Ideas, concerns, expectations:** you think it is a cataract. Your husband Ron has dementia and is alone at home; you want to leave by five.

**How you react:** you wave the matter away until told clearly that the other eye is at risk. Then you ask, "Could I go blind?" If someone helps to arrange care for Ron, you stay.

**Findings if asked:** right relative afferent pupillary defect; tender temporal artery; pale, swollen right disc.

**As the assessor, listen for**

- scalp, jaw, shoulder and weight symptoms asked for directly
- earlier fleeting loss of vision
- high-dose steroid today, not delayed for a biopsy
- bloods (ESR, CRP, platelets) and a plan for sugars, stomach and bones
- honesty that lost sight may not return
- Ron noticed and planned for
$brief$,
'Vision loss', 'Giant cell arteritis', 'Giant cell arteritis with loss of vision', 'OPH-01 headache and vision', 'history taking'),

('ca5e0000-0000-4000-8000-000000000002',
$brief$# After the visual field test

**Setting:** eye outpatient clinic. You are the ST1.

**What is known:** Desmond is 61 and had a stroke seven weeks ago. His arm and speech have recovered well. Each eye reads 6/6 on the chart. Today's binocular field test shows that the whole right half of his field is missing, up to the midline, in both eyes. A neurologist has already explained the stroke. Nobody has yet talked with him about the road. The receptionist saw him park his van outside.

**Your task**

- Explain what the field test shows.
- Find out how he uses his eyes at work and at home.
- Explain what the law asks of him, and of you.
- Respond to his worries and agree what happens next.

You need not take a full stroke history.

**Time:** 10 minutes.
$brief$,
$brief$# You are Desmond, 61, a self-employed delivery driver

**Opening line:** "Six out of six, the nurse said. So I'm good to carry on, aren't I?"

**Your story:** after the stroke you rested for a month, as you were told, and then went back to the van. You feel well. You drive some eighty miles a day.

**Only if asked**

- You clipped a parked car on the right last week. You told no one.
- You bump into door frames and lose the end of the line when reading.
- You have not told the DVLA or your insurer.
- Your wife has a licence and works part time.

**Ideas, concerns, expectations:** you think good sight means reading the small letters. You fear losing the business and the house. You expect a note to say you are fit.

**How you react:** first you bargain: "Only short trips, only by day." If lectured, you say, "You can't prove I drive." If the doctor acknowledges the loss and explains calmly, you agree to stop today.

**As the assessor, listen for**

- the field defect explained simply, with no blame
- a clear "you must stop driving now and tell the DVLA"
- that the doctor may have to tell the DVLA if he carries on, after saying so to him first
- insurance and the risk to others mentioned
- relicensing only possible later, case by case: no false promise
- support offered: low vision team, sight loss adviser, benefits advice
$brief$,
'Clinic', 'Homonymous hemianopia', 'Driving and the DVLA with a homonymous hemianopia', 'OPH-02 driving', 'ethics'),

('ca5e0000-0000-4000-8000-000000000003',
$brief$# A painful red eye

**Setting:** eye casualty, Monday morning. You are the ST1.

**What is known:** Priya is 26. She has had a sore, red left eye for two days. A pharmacist gave her chloramphenicol drops on Saturday, and they have not helped. Vision today is 6/6 in the right eye and 6/24 in the left. She is sitting in the waiting room in sunglasses.

**Your task**

- Take a focused history of the red eye.
- Ask about the things that raise the risk of losing sight.
- Give your most likely diagnosis and the one you most need to exclude.
- Explain to Priya what you would do next today.

You do not need to examine her. Ask for the slit-lamp findings when you are ready.

**Time:** 8 minutes.
$brief$,
$brief$# You are Priya, 26, a trainee solicitor

**Opening line:** "It's just conjunctivitis, I think, but the drops aren't doing anything and the light is killing me."

**Your story:** it began on Saturday as a gritty feeling in the left eye. By Sunday there was steady pain, watering, and the sight went misty. The right eye is fine.

**Only if asked**

- You wear monthly soft contact lenses, and slept in them on Thursday and Friday.
- You top up the solution in the case and sometimes rinse the case under the tap.
- You swam in your lenses at a hotel pool a week ago.
- You still have the lenses and the case in your bag.
- No cold sores, no injury, no allergies. You are not pregnant.

**Ideas, concerns, expectations:** you think it is an infection you caught from a flatmate. You worry about a court hearing on Wednesday and want stronger drops.

**How you react:** a little embarrassed about the lenses. Open if not judged.

**Findings if asked:** 2 mm white central corneal infiltrate that stains; cells in the anterior chamber.

**As the assessor, listen for**

- contact lens wear, sleeping in lenses, water
- pain, photophobia and vision asked for
- corneal scrape, and lenses and case sent for culture
- intensive antibiotic drops, day and night, and review within a day or two
- no lenses, and no blame
$brief$,
'Red eye', 'Microbial keratitis', 'Microbial keratitis in a contact lens wearer', 'OPH-03 red eye', 'history taking'),

('ca5e0000-0000-4000-8000-000000000004',
$brief$# A biopsy result

**Setting:** minor operations clinic of an eye department. You are the ST1.

**What is known:** Geoffrey is 69. Two weeks ago a colleague took a small biopsy of a lump on his left lower lid, which had grown slowly for a year. The lump is 8 mm across, with a pearly edge, and some lashes are missing. The report confirms a nodular skin cancer that grows locally and very rarely spreads. Your consultant advises removal with checked margins, and then repair of the lid. The wait is about six weeks.

**Your task**

- Find out what Geoffrey knows and expects.
- Give him the result.
- Explain the treatment in outline and answer his questions.
- Agree the next steps.

You are not taking written consent today.

**Time:** 10 minutes.
$brief$,
$brief$# You are Geoffrey, 69, a retired roofer

**Opening line:** "My wife said to bring her, but I told her it's only a stye. It is only a stye, isn't it?"

**Your story:** the lump has been there for over a year. It crusts, bleeds when you wash your face, and never heals. You came alone on the bus.

**Only if asked**

- You worked outdoors for forty years and never used sun cream.
- You take apixaban for an irregular heartbeat.
- Your brother died of melanoma four years ago; it started as "just a mole".

**Ideas, concerns, expectations:** a stye that needs a cream. When you hear the word "cancer" you think of your brother. You want to know whether it will kill you, and whether you will keep the eye.

**How you react:** you fall silent at the news for several seconds. If the doctor waits, you say, "That's what did for our Alan." If the doctor talks on, you take nothing in and later ask the same question.

**As the assessor, listen for**

- asking what he knows before telling, and a warning shot
- the word "cancer" said plainly, then silence
- your brother's illness drawn out, and the difference explained
- surgery and repair outlined; apixaban not stopped without advice
- an offer to ring your wife, a nurse's number, written information
- sun protection, and a look at the rest of the skin
$brief$,
'Lids', 'Basal cell carcinoma of the eyelid', 'Telling a patient about a basal cell carcinoma of the lid', 'OPH-04 lid lump', 'breaking bad news'),

('ca5e0000-0000-4000-8000-000000000005',
$brief$# The pressure has not come down

**Setting:** eye outpatient clinic. You are the ST1.

**What is known:** Winston is 66. He has had raised eye pressure with damage to both optic nerves for three years. His pressures today are 27 mmHg right and 26 mmHg left; the target is 16. The field of the right eye is worse than last year. His angles are open. The letter from his GP shows that he collected four bottles of each drop in the last twelve months. He should have used about one a month.

His prescription is latanoprost at night and brinzolamide twice a day, to both eyes.

**Your task**

- Find out how he manages his treatment.
- Explain what the results mean.
- Agree a plan that he can keep to.

**Time:** 10 minutes.
$brief$,
$brief$# You are Winston, 66, a night-shift security guard

**Opening line:** "My eyes are fine, doctor. I see as well as ever."

**Your story:** you were told to use drops but never quite why. You feel no different with or without them.

| Drop | Prescribed | What you really do |
| --- | --- | --- |
| Latanoprost | once, at night | two or three times a week, after the shift |
| Brinzolamide | morning and evening | only in the week before clinic |

**Only if asked, and without blame**

- The evening drops fall in your working hours.
- Your thumbs are arthritic; most drops run down your cheek.
- Brinzolamide blurs your sight and tastes bitter.
- Your mother went blind "from pressure". You try not to think of it.
- You have asthma and use a blue inhaler.

**Ideas, concerns, expectations:** no pain means no harm. You fear losing your job. You expect a telling-off.

**How you react:** at first, "I never miss." When the doctor says that many people find drops hard, you tell the truth.

**As the assessor, listen for**

- an open question about drops that makes honesty easy
- silent, permanent loss of field explained
- practical help: dispensing aid, watching the technique, times to suit shifts
- laser (SLT) offered as a choice
- beta-blocker drops avoided because of asthma
- driving and family testing raised
$brief$,
'Clinic', 'Primary open angle glaucoma', 'Missed drops in primary open angle glaucoma', 'OPH-05 adherence', 'explanation and planning'),

('ca5e0000-0000-4000-8000-000000000006',
$brief$# Before the operation

**Setting:** pre-assessment clinic in an eye unit. You are the ST1.

**What is known:** Eileen is 78. She can read 6/24 with the right eye and 6/12 with the left, with her glasses. The lens of the right eye is cloudy and the rest of the eye is healthy. She has been listed for removal of the cloudy lens and a lens implant under local anaesthetic, as a day case. Measurements are done. She takes tamsulosin for her bladder and aspirin. She has capacity.

**Your task**

- Find out what Eileen hopes for and what troubles her.
- Explain the operation, its benefits, its risks and the alternatives.
- Answer her questions, and check that she understands.
- Agree whether to go ahead.

You need not fill in the form.

**Time:** 10 minutes.
$brief$,
$brief$# You are Eileen, 78, a retired seamstress

**Opening line:** "My neighbour had hers lasered off in five minutes. I'll have the same, please."

**Your story:** you cannot thread a needle, and headlights dazzle you. You stopped driving at night. You live alone with a cat.

**Only if asked**

- You fear being awake: "What if I move? What if I see the knife?"
- You cannot lie flat for long; you sleep on three pillows.
- A friend "lost her eye" after surgery years ago.
- You would love to see far without glasses, but mostly you want to sew.

**Ideas, concerns, expectations:** you think it is done by laser and has no risks. You would sign at once to please the doctor.

**How you react:** if you hear only figures, you say, "Whatever you think, dear." If asked what matters to you, you talk freely. Ask: "What happens if I leave it?"

**As the assessor, listen for**

- your hopes and your view of the risk before the list of risks
- the steps told plainly, and being awake talked through
- serious risks in numbers (infection about 1 in 1,000; lens capsule tear 1 to 2 in 100) and what they mean for sight
- waiting, or new glasses, as real alternatives
- choice of focus: near or far, and glasses afterwards
- lying flat and tamsulosin picked up, and teach-back used
$brief$,
'Surgery', 'Age-related cataract', 'Consent for cataract surgery', 'OPH-06 consent', 'consent')

on conflict (id) do update set
  candidate_brief = excluded.candidate_brief,
  actor_brief = excluded.actor_brief,
  category = excluded.category,
  condition = excluded.condition,
  case_name = excluded.case_name,
  case_name_internal = excluded.case_name_internal,
  domain = excluded.domain;
