import { a, call, templates, u } from '../conversation.ts'

export const TRAVEL = templates('travel', {
  'change-dates': [
    u(
      '{hi} I {booked|have} {a trip to|a stay in} {city2} with Larkfield Trips, booking {booking}. {Can I|I need to} move it from {date} to {date2}{?|.} {ctx}',
    ),
    call(
      'change_booking',
      { booking: '{booking}', guest: '{name}', new_date: '{date2}' },
      { possible: true, fee: '{amount2}' },
    ),
    a(
      '{a.hi} {a.look} The new date is {free|available}. {The change costs {amount2}|The hotel asks for {amount2}}, {and the rest of the booking stays the same|everything else stays the same}. {Shall I confirm it?|Would you like me to change it?}',
    ),
    u('{Yes please|OK, do it|Yes, confirm it}. {Charge the same card.|}'),
    a(
      '{Done|Confirmed}! {Your new dates are confirmed, and the voucher is in your inbox.|You have the new voucher by e-mail.} {a.bye}',
    ),
  ],
  'cancel-trip': [
    u(
      '{hi} we have to cancel {booking} {because my {son|mother|husband|wife} is ill|because of work|because of the strike}. {What do we get back?|Is it free?} {Travellers are {name} and {person}.|} {ctx}',
    ),
    a(
      '{a.hi} {a.sorry} {Your rate can be cancelled free of charge until 48 hours before arrival.|With this rate you can cancel free of charge until 48 hours before arrival.} {I have cancelled the booking, and the refund goes back to your card within 5 to 7 working days.|The booking is cancelled; the refund follows within 5 to 7 working days.} {I wish {you|everybody} a quick recovery.|} {a.else}',
    ),
  ],
  'name-on-ticket': [
    u(
      '{hi} the name on my {ticket|flight} {flight} is {wrong|misspelt}: {it must be|should be} {name}{, as in my passport|}. {Booking {booking}.|} {My date of birth is {born}.|} {urgent}',
    ),
    a(
      '{a.hi} {Small corrections of a name are free.|A spelling correction is free.} {I have sent it to the airline, and it takes up to 24 hours.|The airline needs up to 24 hours.} {You do not need a new ticket.|Your booking code stays the same.} {a.else}',
    ),
    u('{Does|And does} {it matter for|the change reach} the {visa|hotel} too? {The hotel is {hotel}.|}'),
    a(
      '{The hotel sees the new name as well.|I have told {hotel} too.} {Please check the new confirmation when it arrives.|} {a.bye}',
    ),
  ],
  'flight-delay': [
    u(
      '{hi} my flight {flight} {to {city2}|} was {count} hours late {on {date}|}. {Do I get compensation?|What can I claim?} {Booking {booking}, {name}.|} {frust}',
    ),
    a(
      '{a.hi} {a.sorry} {For a delay of three hours or more you may be entitled to compensation from the airline.|From three hours on, the airline may have to pay.} {I have sent you the claim form with your booking filled in.|The claim form is in your inbox, with the booking filled in.} {The airline answers within six weeks.|} {a.else}',
    ),
  ],
  'hotel-room': [
    u(
      '{hi} we are at {hotel} in {city2} and the room is {dirty|too loud|not what we booked}. {Booking {booking}.|} {You can call me: {phone}.|My mobile is {phone}.} {frust}',
    ),
    a(
      '{a.hi} {a.sorry} {I have called the hotel|I have just spoken with the reception}: {they have another room for you on a higher floor|you can move to a better room today}. {Please go to the reception with your booking code.|Just show your booking code.} {If it is still not right, write to me and I will find another hotel.|} {a.else}',
    ),
    u('{Much better|We moved}, {thanks}'),
    a('{a.welcome} {I have added a 10 percent voucher for your next trip.|} {Enjoy your stay!|{a.bye}}'),
  ],
  'extra-luggage': [
    u(
      '{hi} how do I add {a bag|a suitcase|skis|a bike} to {flight}? {Booking {booking}.|} {It is about {count} kilos over.|} {ctx}',
    ),
    a(
      '{a.hello} {Luggage can be added until 24 hours before departure under Trips > Extras.|Please go to Trips > Extras; it is possible until 24 hours before departure.} {A bag of 23 kilos costs {amount2}.|One more bag costs {amount2}.} {Shall I add one for you?|}',
    ),
    u('{Yes, one please|Yes|No, I will do it myself}.'),
    a('{All right|OK}. {The booking shows it now.|You can see it in the booking.} {a.bye}'),
  ],
  'passport-data': [
    u(
      '{hi} the form asks for {passport data|traveller data}. {Can I send them here?|Here they are:} {name}, born {born}, {and|plus} {person}. {Contact {phone}.|} {thanks}',
    ),
    a(
      '{a.hi} {Please enter them in the secure form under Trips > Travellers, not in the chat.|For your safety, please use the form under Trips > Travellers.} {I have filled in the names; only the passport numbers are missing.|} {The airline needs them three days before departure.|} {a.else}',
    ),
  ],
  'wheelchair-transfer': [
    u(
      '{hi} we land in {city2} with {flight} and my {mother|father|husband|wife} uses a wheelchair. {Can you|Please} {arrange|book} a {transfer|car} to {hotel}{?|.} {Name is {name}, phone {phone}.|}',
    ),
    a(
      '{a.hi} {Of course.|With pleasure.} {I have booked a car with a ramp, and the driver waits at the exit with a sign.|A car with a ramp is booked; the driver waits at the exit.} {The airline helps from the aircraft to the exit: I have told them as well.|I have also asked the airline for assistance.} {a.else}',
    ),
    u('{Wonderful|Perfect}, {thanks}'),
    a('{a.welcome} {Have a good trip!|Enjoy your trip!}'),
  ],
})
