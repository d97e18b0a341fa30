import { a, call, templates, u } from '../conversation.ts'

export const DEVICES = templates('devices', {
  'hub-offline': [
    u(
      '{hi} my {device} is offline {since {yesterday|this morning|the update}|again}. {The light is {red|orange|blinking}.|} {Serial|S/N} {serial}{, MAC {mac}|}. {ctx} {frust}',
    ),
    a(
      '{a.hi} {a.sorry} {Please unplug the {device} for 30 seconds and plug it in again.|Let us restart it: unplug it, wait 30 seconds and plug it in again.} {The light should turn green after two minutes.|Wait two minutes until the light is green.} {Is it online now?|Does that help?}',
    ),
    u(
      '{No, still {red|orange|offline}|Did not help}. {My router gives it {ip}.|The IP is {ip}.|The app shows {errcode}.}',
    ),
    a(
      '{Thank you|Thanks for trying}. {Now press and hold the reset button for 10 seconds, then add the device in the app again.|The next step is a reset: hold the button for 10 seconds and set it up again in the app.} {Your rules and rooms are stored in your account, so nothing is lost.|Nothing is lost: your rooms are stored in your account.} {a.else}',
    ),
  ],
  wifi: [
    u(
      '{hi} the {device} does not connect to {my|our} Wi-Fi. {MAC address|Its MAC is} {mac}. {I have a new router.|It worked until {weekday}.} {ctx}',
    ),
    a(
      '{a.hi} {Our devices need a 2.4 GHz network.|Please check that your router offers 2.4 GHz.} {If both bands share one name, turn off 5 GHz while you set it up.|During setup, 5 GHz should be off.} {Then hold the button for five seconds until the light is blue, and choose the network in the app.|}',
    ),
    u('{That did it!|It works now.|Blue light, and now it is green.} {thanks}'),
    a('{a.welcome} {You can turn 5 GHz on again.|Now 5 GHz can be turned on again.} {a.bye}'),
  ],
  pairing: [
    u(
      '{hi} {I cannot pair|pairing fails with} {a|my} second {device}. {It says {errcode}.|The app finds nothing.} {App version {version}.|} {ctx}',
    ),
    a(
      '{a.hi} {Please update the app first: the current version is {version}.|Please make sure that the app is up to date.} {Then hold the phone close to the {device} and turn Bluetooth on.|Bluetooth must be on, and the phone should be near the device.} {Pairing starts when the light is white.|The light turns white when it is ready.} {a.else}',
    ),
  ],
  'camera-privacy': [
    u(
      '{hi} who can see {the pictures|the video} of my {Iris Camera|Hazel Doorbell|camera}? {My neighbour {person} says it records the street.|There was a strange login from {ip}.|} {I am worried.|}',
    ),
    a(
      '{a.hi} {That is a good question.|Thank you for asking.} Only you and the people you invite can see the video. {It is encrypted on the way and kept for seven days.|Recordings are encrypted and deleted after seven days.} {You can set zones that are never recorded under Camera > Zones.|Under Camera > Zones you can exclude the street.} {You see all sign-ins under Account > Security.|}',
    ),
    u('{OK, I will set a zone|Good to know}. {How do I remove a person I invited? {Her|His} mail is {email2}.|thanks}'),
    a(
      '{Open|Go to} Home > People, {choose the person and tap Remove|and tap Remove next to the name}. {The person loses access at once.|Access ends at once.} {a.bye}',
    ),
  ],
  firmware: [
    u(
      '{hi} since the update to {version} my {device} {restarts every hour|is very slow|does not answer}. {Serial {serial}.|} {Can I go back?|Please fix this.} {frust}',
    ),
    call(
      'device_status',
      { serial: '{serial}', mac: '{mac}', owner: '{name}' },
      { firmware: '{version}', online: true },
    ),
    a(
      '{a.hi} {a.sorry} {Version {version} has a known fault with some devices.|We know about this fault in {version}.} {A corrected version is being sent to all devices this week.|The correction comes this week.} {I have put your {device} at the front of the queue, so it updates tonight.|Your device will update tonight.} {Please leave it plugged in.|}',
    ),
  ],
  'lock-battery': [
    u(
      '{hi} the battery of my {Will 2 Smart Lock|smart lock|lock} {is empty after {days} days|lasts only {days} days}. {I do not want to be locked out.|Is that normal?} {ctx}',
    ),
    a(
      '{a.hi} {A set of batteries should last about six months.|Normal is about six months.} {When the bolt is hard to move, the motor uses more power.|The most common reason is a bolt that is hard to move.} {Please check whether the door has to be pulled to lock.|Does the key turn easily by hand?}',
    ),
    u('{Yes, you have to pull it|It is a bit stiff|The key turns easily}.'),
    a(
      '{That explains it|I see}. {Please run Lock > Calibrate in the app with the door closed.|A calibration in the app under Lock > Calibrate should help.} {If the batteries are empty again within a month, we will replace the lock under warranty.|If it does not help, we replace the lock.} {a.else}',
    ),
  ],
  'thermostat-wrong': [
    u(
      '{hi} my Olive Thermostat shows {16|17|24|25} degrees but {the room is much warmer|my other thermometer says something else}. {It hangs {next to the window|in the hall|above the radiator}.|} {ctx}',
    ),
    a(
      '{a.hi} {A thermostat measures the air next to it.|The place matters a lot.} {It should hang at 1.5 metres, away from windows and radiators.|Away from windows and radiators it will be right.} {You can also correct it by up to three degrees under Thermostat > Offset.|There is also an offset of up to three degrees in the app.} {a.else}',
    ),
    u('{I set the offset, much better|OK, I will move it}. {thanks}'),
    a('{a.welcome} {a.bye}'),
  ],
  'log-file': [
    u(
      '{hi} {support asked me for|here is} the log of my {device}:\n{log}\n{What does it mean?|Can you see what is wrong?} {ctx}',
    ),
    a(
      '{Thank you for the log|Thanks for the log}. {The device reaches your router but not our servers.|It connects to the router and then loses the internet.} {Please set the DNS server of your router to automatic and restart it.|In most cases the DNS setting of the router is the reason: please set it to automatic.} {If the same lines come back, send me the new log.|Send me a new log if it goes on.}',
    ),
    u('{That fixed it|It seems to work now|No more errors}. {thanks}'),
    a('{a.welcome} {I have added this to our help page.|} {a.bye}'),
  ],
  'transfer-device': [
    u(
      '{hi} I {sold|gave} my {device} to {person}{, e-mail {email2}|}. {How do I move it|Please move it} to {their|the new} account? {Serial {serial}.|}',
    ),
    a(
      '{a.hi} {Please remove the {device} from your own account first: Device > Remove.|First remove it from your account under Device > Remove.} {This deletes all your data on it.|All your data on it is deleted.} {The new owner can then add it like a new device, and the warranty goes along.|After that it can be added like a new one.} {a.else}',
    ),
  ],
})
